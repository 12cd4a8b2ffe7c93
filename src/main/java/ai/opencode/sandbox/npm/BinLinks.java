package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.UsageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The symbolic links in a directory of commands that npm makes for the programs of packages. */
final class BinLinks {

  /** The order of characters in names, apart from letters, in the collation that npm uses. */
  private static final String BEFORE_LETTERS = "_-.@/~0123456789";

  private BinLinks() {}

  /**
   * Returns the links of all commands, by the install path of the package whose tarball contains
   * the command's program. A bundled package is a part of another package's tarball, so its links
   * are listed under that package.
   */
  static Map<InstallPath, List<BinLink>> of(NpmLock selected, NpmPlace at) {
    // npm's order decides which link is used if two packages provide the same command.
    List<LockedNpmPackage> ordered = new ArrayList<>(selected.packages());
    ordered.sort(
        Comparator.comparingInt((LockedNpmPackage each) -> each.installPath().depth())
            .thenComparing(each -> collationKey(each.installPath().toString())));
    Map<String, BinLink> byPath = new TreeMap<>();
    for (LockedNpmPackage each : ordered) {
      for (Map.Entry<String, String> command : each.bin().entrySet()) {
        BinLink link = link(selected, at, each, command.getKey(), command.getValue());
        if (link == null) {
          continue;
        }
        BinLink first = byPath.putIfAbsent(link.path(), link);
        if (first != null && link.global()) {
          throw new UsageException(
              selected.source()
                  + ": both "
                  + first.owner().id()
                  + " and "
                  + each.id()
                  + " offer the command "
                  + command.getKey()
                  + ". Remove one of them from package.json.");
        }
      }
    }
    Map<InstallPath, List<BinLink>> byOwner = new TreeMap<>();
    for (BinLink link : byPath.values()) {
      byOwner.computeIfAbsent(link.owner().installPath(), path -> new ArrayList<>()).add(link);
    }
    return byOwner;
  }

  /** Returns a text whose order is that of npm, which sorts places as words and not as bytes. */
  private static String collationKey(String place) {
    StringBuilder key = new StringBuilder();
    for (char c : place.toLowerCase(Locale.ROOT).toCharArray()) {
      int index = BEFORE_LETTERS.indexOf(c);
      key.append(index < 0 ? c : (char) (index + 1));
    }
    return key.toString();
  }

  /**
   * Returns the link of a command; null for a command of a global package that the project does not
   * request, because npm links only requested packages.
   */
  private static @Nullable BinLink link(
      NpmLock selected, NpmPlace at, LockedNpmPackage each, String command, String file) {
    InstallPath path = each.installPath();
    LockedNpmPackage carrier = selected.carrier(each);
    String inCarrier = path.fileIn(carrier.installPath(), file);
    if (at.isGlobal() && path.isTop()) {
      boolean requested = selected.dependencies().containsKey(path.name());
      return requested
          ? new BinLink(
              at.commands() + "/" + command,
              "../lib/" + path + "/" + file,
              carrier,
              inCarrier,
              true)
          : null;
    }
    return new BinLink(
        at.prefix() + path.directory() + ".bin/" + command,
        "../" + path.name() + "/" + file,
        carrier,
        inCarrier,
        false);
  }
}
