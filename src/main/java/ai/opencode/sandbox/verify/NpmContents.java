package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.oci.Digest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files in the archives of npm packages. A lock has a checksum of each archive, but images do
 * not contain the archives. A resource therefore maps each checksum to a digest of the archive's
 * files.
 */
final class NpmContents {

  private static final String RESOURCE = "npm-contents.txt";

  private NpmContents() {}

  /**
   * Returns the digest of an archive's files by the checksum of the archive.
   *
   * @see #in for the definition of the digest
   */
  static Map<String, String> known() {
    Map<String, String> known = new HashMap<>();
    try (InputStream in = NpmContents.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new FileNotFoundException(RESOURCE + " is missing from the jar");
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        int space = line.indexOf(' ');
        if (space > 0 && !line.startsWith("#")) {
          known.put(line.substring(0, space), line.substring(space + 1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return known;
  }

  /**
   * Returns a digest of the files that each package's archive gave an image, by the directory of
   * the package. It covers path, mode and SHA-1 of every file, in the order of the paths.
   */
  static SortedMap<String, String> in(ImageRoot root, GlobalModules modules) {
    SortedMap<String, StringBuilder> lists = new TreeMap<>();
    modules
        .packages()
        .forEach(
            (directory, pkg) -> {
              if (!pkg.isBundled()) {
                lists.put(directory, new StringBuilder());
              }
            });
    for (RootEntry entry :
        root.below(GlobalModules.DIRECTORY.substring(0, GlobalModules.DIRECTORY.length() - 1))) {
      String archive = entry.isFile() ? archiveOf(entry.path(), modules) : "";
      StringBuilder list = lists.get(archive);
      if (list != null) {
        list.append(entry.path(), archive.length() + 1, entry.path().length())
            .append('\0')
            .append(entry.octalMode())
            .append('\0')
            .append(entry.sha1())
            .append('\n');
      }
    }
    SortedMap<String, String> digests = new TreeMap<>();
    lists.forEach(
        (directory, list) ->
            digests.put(
                directory, Digest.sha256(list.toString().getBytes(StandardCharsets.UTF_8)).hex()));
    return digests;
  }

  /**
   * Returns the archive of a package. A bundled package is in the archive of the package that
   * contains it.
   */
  private static String archiveOf(String path, GlobalModules modules) {
    String directory = modules.directoryOf(path).orElse("");
    LockedNpmPackage pkg = modules.packages().get(directory);
    while (pkg != null && pkg.isBundled()) {
      directory = modules.directoryOf(directory).orElse("");
      pkg = modules.packages().get(directory);
    }
    return directory;
  }
}
