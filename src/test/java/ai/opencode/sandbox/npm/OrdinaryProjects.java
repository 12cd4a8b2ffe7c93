package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Projects whose packages are those of {@link AnNpmRegistry}, with what real versions of npm made
 * of them: a lock by each, and the files that {@code npm ci} left.
 */
final class OrdinaryProjects {

  static final Path DIRECTORY =
      Path.of("src/test/resources/ai/opencode/sandbox/npm/projects").toAbsolutePath();

  /** The major versions of npm. */
  static final List<String> NPMS = List.of("9", "10", "11", "12");

  private OrdinaryProjects() {}

  static List<String> names() throws IOException {
    try (Stream<Path> projects = Files.list(DIRECTORY)) {
      return projects.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  static NpmFiles files(String project, String npm) throws IOException {
    return new NpmFiles(
        read(project, "package.json"), read(project, "npm-" + npm + ".package-lock.json"));
  }

  static String read(String project, String file) throws IOException {
    return Files.readString(DIRECTORY.resolve(project).resolve(file));
  }

  /** Returns the listing of the tree that this program makes in a directory. */
  static SortedMap<String, String> ours(
      NpmFiles files, NpmPlatform platform, TarballSource tarballs, Path empty) throws IOException {
    NpmTree tree = NpmTree.of(NpmPlace.at("/opt/app"), files, platform);
    extract(tree, tarballs, empty, "opt/app");
    return UnpackedTree.listing(empty.resolve("opt/app"));
  }

  /** Returns the listing of the tree that this program makes below {@code usr/local}. */
  static SortedMap<String, String> ourGlobal(
      NpmLock lock, NpmPlatform platform, TarballSource tarballs, Path empty) throws IOException {
    extract(NpmTree.global(lock, platform), tarballs, empty, "usr/local");
    return UnpackedTree.listing(empty.resolve("usr/local"));
  }

  private static void extract(NpmTree tree, TarballSource tarballs, Path root, String above)
      throws IOException {
    Files.createDirectories(root.resolve(above));
    for (NpmLayerGroup group : tree.groups()) {
      UnpackedTree.extract(UnpackedTree.tar(tree, group, tarballs), root);
    }
  }

  /** Returns the text of a listing, without the files of the project itself. */
  static String text(Map<String, String> listing) {
    Map<String, String> packages = new TreeMap<>(listing);
    packages.keySet().removeIf(each -> each.isEmpty() || !each.contains("/"));
    return packages.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue() + "\n")
        .collect(Collectors.joining());
  }
}
