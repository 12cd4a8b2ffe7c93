package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The files that {@code update-ca-certificates} reads: those of the packages, and over them those
 * that the image brings itself.
 */
final class CertificateFiles {

  private final Root.Builder root;
  private final Map<String, byte[]> coming;

  /**
   * @param coming what the image's own files will bring, by path without leading slash
   */
  CertificateFiles(Root.Builder root, Map<String, byte[]> coming) {
    this.root = root;
    this.coming = coming;
  }

  /** A file's content; empty where there is none, or none that a build keeps. */
  Optional<byte[]> content(String path) {
    byte[] own = coming.get(path);
    if (own != null) {
      return Optional.of(own);
    }
    try {
      return root.bytes(path);
    } catch (VerificationException e) {
      // A link that leads in a circle, which no program can read either.
      return Optional.empty();
    }
  }

  /** The names in a directory, sorted, and what lies deeper by its path from there. */
  NavigableSet<String> below(String directory) {
    String place = root.resolve(directory);
    NavigableSet<String> names = new TreeSet<>();
    root.pathsBelow(place).forEach(path -> names.add(path.substring(place.length() + 1)));
    for (String path : coming.keySet()) {
      if (path.startsWith(directory + "/")) {
        String name = path.substring(directory.length() + 1);
        names.add(name);
        int slash = name.indexOf('/');
        if (slash > 0) {
          names.add(name.substring(0, slash));
        }
      }
    }
    return names;
  }

  /** The lines of a list, as {@code getline} reads them. */
  static List<String> lines(byte[] text) {
    String all = new String(text, StandardCharsets.UTF_8);
    String whole = all.endsWith("\n") ? all.substring(0, all.length() - 1) : all;
    return all.isEmpty() ? List.of() : List.of(whole.split("\n", -1));
  }
}
