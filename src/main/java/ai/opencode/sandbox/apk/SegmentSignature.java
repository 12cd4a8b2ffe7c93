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
 * A {@code .SIGN.<algorithm>.<key>} entry: an RSA PKCS#1 v1.5 signature over the compressed bytes
 * of the following segment.
 *
 * @param keyName file name of the public key under {@code /etc/apk/keys}
 */
record SegmentSignature(String algorithm, String keyName, byte[] bytes) {

  private static final String PREFIX = ".SIGN.";
  private static final int MAX_SIGNATURE_BYTES = 1 << 16;

  /** Java's algorithm names by apk's. Alpine still signs with RSA, which means RSA with SHA-1. */
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
   * Reads the rest of a signature segment.
   *
   * @param first the reader's current entry
   */
  static List<SegmentSignature> read(TarReader tar, TarEntry first, String source)
      throws IOException {
    List<SegmentSignature> signatures = new ArrayList<>();
    for (TarEntry entry = first; entry != null; entry = tar.next()) {
      if (!isSignature(entry)) {
        throw new VerificationException(
            source
                + ": the signature segment also holds "
                + entry.path()
                + ", which is not signed");
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
