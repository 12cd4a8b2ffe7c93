package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A signature in an apk file or package index: a tar entry {@code .SIGN.<algorithm>.<key>} with an
 * RSA PKCS#1 v1.5 signature of the compressed bytes that follow the signatures.
 *
 * @param algorithm apk's name of the algorithm, such as {@code RSA256}
 * @param keyName the file name of the public key in {@code /etc/apk/keys}
 * @param bytes the signature
 */
record SegmentSignature(String algorithm, String keyName, byte[] bytes) {

  private static final String PREFIX = ".SIGN.";
  private static final int MAX_SIGNATURE_BYTES = 1 << 16;

  /** Java's algorithm names by apk's. Alpine uses {@code RSA}, which means RSA with SHA-1. */
  private static final Map<String, String> ALGORITHMS =
      Map.of("RSA", "SHA1withRSA", "RSA256", "SHA256withRSA", "RSA512", "SHA512withRSA");

  static boolean isSignature(TarEntry entry) {
    return entry instanceof TarEntry.File && entry.path().startsWith(PREFIX);
  }

  /** Returns the Java name of the algorithm; null for one that is unsupported here (DSA). */
  @Nullable String javaAlgorithm() {
    return ALGORITHMS.get(algorithm);
  }

  /**
   * Reads the rest of the segment with the signatures.
   *
   * @param tar the reader of the segment
   * @param first the reader's current entry
   * @param source the file's name, for messages
   */
  static List<SegmentSignature> read(TarReader tar, TarEntry first, String source)
      throws IOException {
    List<SegmentSignature> signatures = new ArrayList<>();
    for (TarEntry entry = first; entry != null; entry = tar.next()) {
      if (!isSignature(entry)) {
        throw new VerificationException(
            source
                + " contains "
                + entry.path()
                + " among its signatures, which no signature covers. Use another mirror, or report this"
                + " to the packager.");
      }
      byte[] bytes = tar.content().readNBytes(MAX_SIGNATURE_BYTES);
      String name = entry.path().substring(PREFIX.length());
      int dot = name.indexOf('.');
      if (dot > 0) {
        signatures.add(
            new SegmentSignature(name.substring(0, dot), name.substring(dot + 1), bytes));
      }
    }
    return signatures;
  }
}
