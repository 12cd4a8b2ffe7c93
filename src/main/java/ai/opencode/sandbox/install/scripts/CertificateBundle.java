package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bundle of trusted certificates that Alpine's script {@code update-ca-certificates} writes:
 * the contents of all certificate files, each followed by a newline even if it ends with one. The
 * script also makes a symbolic link to each file; the name of the link is derived from that of the
 * file.
 */
final class CertificateBundle {

  private static final String SUFFIX = ".crt";

  /** The limit for the bundle, equal to that for the certificates of a single package. */
  private static final int MAX_BYTES = 64 << 20;

  private static final int MAX_FILES = 10_000;

  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private final SortedMap<String, String> links = new TreeMap<>();
  private final SortedMap<String, byte[]> contents = new TreeMap<>();

  /**
   * Adds a file.
   *
   * @param path the path of the certificate file, without leading slash
   * @param content the content of the file; null if it cannot be read, which still gives a newline
   *     and a link
   */
  void add(String path, byte @Nullable [] content) {
    byte[] bytes = content == null ? new byte[0] : content;
    if (bytes.length >= MAX_BYTES - text.size() || links.size() >= MAX_FILES) {
      throw new VerificationException(
          "The file of trusted certificates would have more than "
              + (MAX_BYTES >> 20)
              + " MiB or "
              + MAX_FILES
              + " files. List fewer certificates in /"
              + LocalCertificates.SELECTION
              + ", and each only once.");
    }
    text.writeBytes(bytes);
    text.write('\n');
    String name = linkName(path);
    links.put(name, "/" + path);
    contents.put(name, bytes);
  }

  /** Returns the content of the bundle. */
  byte[] text() {
    return text.toByteArray();
  }

  /** Returns the contents of those files that a finished bundle does not have yet, as its text. */
  String missingIn(String finished) {
    StringBuilder missing = new StringBuilder();
    for (byte[] content : contents.values()) {
      String certificate = new String(content, StandardCharsets.UTF_8);
      if (!certificate.isBlank() && !finished.contains(certificate.strip())) {
        missing.append(certificate).append('\n');
      }
    }
    return missing.toString();
  }

  /**
   * Returns the links' targets by link name. If two files have the same name, the link points to
   * the file that was added later.
   */
  SortedMap<String, String> links() {
    return Collections.unmodifiableSortedMap(links);
  }

  /** Returns the content of the file that a link of {@link #links} points to. */
  byte[] content(String link) {
    return contents.getOrDefault(link, new byte[0]);
  }

  private static String linkName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    String base =
        name.length() > SUFFIX.length() && name.endsWith(SUFFIX)
            ? name.substring(0, name.length() - SUFFIX.length())
            : name;
    return "ca-cert-" + base.replaceAll("[, ]", "_").replaceAll("[()]", "=") + ".pem";
  }
}
