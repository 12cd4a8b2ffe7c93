package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The file of all trusted certificates, and the names that {@code update-ca-certificates} gives
 * each of them: its content, and a newline behind it whether it ends with one or not.
 */
final class CertificateBundle {

  private static final String SUFFIX = ".crt";

  /** As much as a build reads of one package's certificates. */
  private static final int MOST_BYTES = 64 << 20;

  private static final int MOST_FILES = 10_000;

  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private final SortedMap<String, String> links = new TreeMap<>();
  private final Map<String, byte[]> contents = new HashMap<>();

  /**
   * Adds a file.
   *
   * @param path without leading slash
   * @param content null where there is none to be had: its link and its newline are made even so
   */
  void add(String path, byte @Nullable [] content) {
    byte[] bytes = content == null ? new byte[0] : content;
    if (bytes.length >= MOST_BYTES - text.size() || links.size() >= MOST_FILES) {
      throw new VerificationException(
          "The file of trusted certificates would have more than "
              + (MOST_BYTES >> 20)
              + " MiB or "
              + MOST_FILES
              + " files; list fewer certificates in /"
              + LocalCertificates.SELECTION
              + ", and each only once");
    }
    text.writeBytes(bytes);
    text.write('\n');
    String name = linkName(path);
    links.put(name, "/" + path);
    contents.put(name, bytes);
  }

  byte[] text() {
    return text.toByteArray();
  }

  /** Targets of the links, by name. Of two files with one name the later has it. */
  SortedMap<String, String> links() {
    return Collections.unmodifiableSortedMap(links);
  }

  /** What a link of {@link #links} leads to. */
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
