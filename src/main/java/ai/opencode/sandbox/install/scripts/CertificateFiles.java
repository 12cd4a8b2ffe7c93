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
 * The files that {@code update-ca-certificates} reads: those of packages, some of them replaced by
 * files of the image's definition, which are added to the root later.
 */
final class CertificateFiles {

  private final Root.Builder root;
  private final Map<String, byte[]> defined;

  /**
   * Creates access to the files.
   *
   * @param root the root with the packages installed
   * @param defined contents of the files of the image's definition, by path without leading slash
   */
  CertificateFiles(Root.Builder root, Map<String, byte[]> defined) {
    this.root = root;
    this.defined = defined;
  }

  /** Returns a file's content; empty if there is no file, or if the build did not keep it. */
  Optional<byte[]> content(String path) {
    byte[] own = defined.get(path);
    if (own != null) {
      return Optional.of(own);
    }
    try {
      return root.bytes(path);
    } catch (VerificationException e) {
      // A cycle of symbolic links, which no program can read either.
      return Optional.empty();
    }
  }

  /** Returns the paths of everything below a directory, relative to it and sorted. */
  NavigableSet<String> below(String directory) {
    String place = root.resolve(directory);
    NavigableSet<String> names = new TreeSet<>();
    root.pathsBelow(place).forEach(path -> names.add(path.substring(place.length() + 1)));
    for (String path : defined.keySet()) {
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

  /** Splits a text into lines as C's {@code getline} does: a last newline starts no line. */
  static List<String> lines(byte[] text) {
    String all = new String(text, StandardCharsets.UTF_8);
    String whole = all.endsWith("\n") ? all.substring(0, all.length() - 1) : all;
    return all.isEmpty() ? List.of() : List.of(whole.split("\n", -1));
  }
}
