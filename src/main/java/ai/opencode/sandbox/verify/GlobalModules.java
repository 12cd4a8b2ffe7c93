package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.PlacedProgram;
import ai.opencode.sandbox.oci.Platform;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The global npm packages that a lock accounts for, and the links to their commands. */
final class GlobalModules {

  static final String DIRECTORY = "usr/local/lib/node_modules/";
  static final String COMMANDS = "usr/local/bin/";

  private static final String LIB = "usr/local/lib/";
  private static final String NESTED = "node_modules/";
  private static final String NESTED_COMMANDS = "node_modules/.bin/";

  private final ImageRoot root;
  private final SortedMap<String, LockedNpmPackage> packages = new TreeMap<>();

  /** Program by the path of the link to it that an installation script would make. */
  private final Map<String, String> placed = new TreeMap<>();

  /** Selects the locks' packages for the image's machine and C library. */
  GlobalModules(List<NpmLock> locks, ImageRoot root, Platform platform) {
    this.root = root;
    NpmPlatform target = NpmPlatform.of(platform.npmCpu(), root::firstFrom);
    for (NpmLock lock : locks) {
      NpmLock selected = lock.forPlatform(target).asGlobal();
      for (LockedNpmPackage each : selected.packages()) {
        packages.put(LIB + each.installPath(), each);
      }
      for (PlacedProgram each : PlacedProgram.of(selected, target)) {
        placed.put(LIB + each.path(), LIB + each.carrier().installPath() + "/" + each.program());
      }
    }
  }

  /** Returns the packages by their directory in the image. */
  SortedMap<String, LockedNpmPackage> packages() {
    return Collections.unmodifiableSortedMap(packages);
  }

  /** Returns the directory of the package that a path belongs to. */
  Optional<String> directoryOf(String path) {
    for (int slash = path.lastIndexOf('/');
        slash > DIRECTORY.length();
        slash = path.lastIndexOf('/', slash - 1)) {
      String directory = path.substring(0, slash);
      if (packages.containsKey(directory)) {
        return Optional.of(directory);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the defect of an entry below {@link #DIRECTORY} that is not a directory; empty if there
   * is none.
   */
  Optional<String> flaw(RootEntry entry) {
    String directory = directoryOf(entry.path()).orElse(null);
    if (directory == null) {
      return Optional.of("the npm lock has no package here");
    }
    String rest = entry.path().substring(directory.length() + 1);
    if (rest.startsWith(NESTED_COMMANDS)) {
      return command(entry, directory + "/" + NESTED);
    }
    if (rest.startsWith(NESTED)) {
      return Optional.of("the npm lock has no package here");
    }
    String program = placed.get(entry.path());
    if (program != null) {
      return entry.isLink() && program.equals(resolved(entry.path()))
          ? Optional.empty()
          : Optional.of("it is not the link to /" + program + " that its package's script makes");
    }
    if (!entry.isFile()) {
      return Optional.of("it is " + entry.kind() + ", but npm packages contain only files");
    }
    return entry.owner().equals("0:0")
        ? Optional.empty()
        : Optional.of("it belongs to " + entry.owner() + " instead of 0:0");
  }

  /** Returns the defect of an entry in {@link #COMMANDS}; empty if there is none. */
  Optional<String> commandFlaw(RootEntry entry) {
    return command(entry, DIRECTORY);
  }

  private Optional<String> command(RootEntry entry, String parent) {
    if (!entry.isLink()) {
      return Optional.of("it is " + entry.kind() + ", but npm creates links to commands");
    }
    String name = entry.path().substring(entry.path().lastIndexOf('/') + 1);
    String target = resolved(entry.path());
    boolean declared =
        packages.entrySet().stream()
            .filter(each -> isDirectlyIn(parent, each.getKey()))
            .map(each -> commandFile(each.getKey(), each.getValue(), name))
            .anyMatch(file -> file != null && target.equals(placed.getOrDefault(file, file)));
    return declared
        ? Optional.empty()
        : Optional.of("no package of the npm lock declares a command with that target");
  }

  /** Returns the path that a link leads to; empty if there is nothing. */
  private String resolved(String link) {
    return root.follow(link).map(RootEntry::path).orElse("");
  }

  private static @Nullable String commandFile(
      String directory, LockedNpmPackage pkg, String command) {
    String file = pkg.bin().get(command);
    return file == null ? null : Path.of(directory, file).normalize().toString();
  }

  private static boolean isDirectlyIn(String parent, String directory) {
    return directory.startsWith(parent) && !directory.substring(parent.length()).contains(NESTED);
  }
}
