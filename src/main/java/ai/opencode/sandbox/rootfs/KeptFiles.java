package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The contents of the few files that a build reads: those that it changes, and those that
 * installation scripts would read.
 */
public final class KeptFiles {

  /** The list of busybox's applet names (in busybox's package). */
  public static final String APPLETS = "etc/busybox-paths.d/busybox";

  /** The directory of a package's certificate authorities (ca-certificates). */
  public static final String CERTIFICATES = "usr/share/ca-certificates/";

  /** The directory of the image's own certificate authorities. */
  public static final String LOCAL_CERTIFICATES = "usr/local/share/ca-certificates/";

  /** The list of trusted certificate authorities. */
  public static final String CERTIFICATE_SELECTION = "etc/ca-certificates.conf";

  /** The bundle of trusted certificate authorities that programs read. */
  public static final String CERTIFICATE_BUNDLE = "etc/ssl/certs/ca-certificates.crt";

  private static final int MAX_BYTES_OF_A_FILE = 32 << 20;
  private static final int MAX_BYTES = 64 << 20;

  private final String source;
  private long left = MAX_BYTES;

  /**
   * Creates a collection for one package or layer.
   *
   * @param source the name of the root file system, for messages
   */
  public KeptFiles(String source) {
    this.source = source;
  }

  /**
   * Reads a file into memory.
   *
   * @throws VerificationException if the files are larger than any configuration
   */
  public byte[] read(TarEntry.File file, InputStream content) throws IOException {
    left -= file.size();
    if (left < 0) {
      throw new VerificationException(
          source
              + " holds more than "
              + (MAX_BYTES >> 20)
              + " MiB of certificates and other files that a build reads. Leave some of them out.");
    }
    return content.readAllBytes();
  }

  public static boolean isKept(TarEntry.File file) {
    return isKept(file.path(), file.size());
  }

  /** Returns whether a build reads a file of this path and size. */
  public static boolean isKept(String path, long size) {
    return size <= MAX_BYTES_OF_A_FILE && isKept(path);
  }

  private static boolean isKept(String path) {
    return switch (path) {
      case "etc/passwd",
          "etc/group",
          "etc/shadow",
          "etc/shells",
          APPLETS,
          CERTIFICATE_SELECTION,
          CERTIFICATE_BUNDLE ->
          true;
      default ->
          path.startsWith("etc/apk/")
              || path.startsWith("lib/apk/db/")
              || path.startsWith("usr/lib/apk/db/")
              || path.startsWith(CERTIFICATES)
              || path.startsWith(LOCAL_CERTIFICATES);
    };
  }
}
