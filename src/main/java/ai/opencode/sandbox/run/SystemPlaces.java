package ai.opencode.sandbox.run;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The paths of a machine's system and of its container engine, which a container must not see. All
 * paths in the lists are relative to the root directory.
 */
final class SystemPlaces {

  /** Directories that a container must not see, nor anything in them. */
  private static final List<String> SYSTEM_TREES =
      List.of(
          "bin",
          "boot",
          "dev",
          "efi",
          "etc",
          "lib",
          "lib32",
          "lib64",
          "libx32",
          "lost+found",
          "nix",
          "ostree",
          "proc",
          "root",
          "run",
          "sbin",
          "snap",
          "swap",
          "swap.img",
          "swapfile",
          "sys",
          "sysroot",
          "tmp/.ICE-unix",
          "tmp/.X11-unix",
          "usr",
          "var/backups",
          "var/cache",
          "var/db",
          "var/lib",
          "var/lock",
          "var/log",
          "var/mail",
          "var/run",
          "var/snap",
          "var/spool",
          "Library",
          "System",
          "private/etc",
          "private/var/db",
          "private/var/root",
          "private/var/run");

  /** Directories that a container must not see as a whole, but that may contain projects. */
  private static final List<String> SYSTEM_DIRECTORIES =
      List.of(
          "",
          "home",
          "media",
          "mnt",
          "opt",
          "private",
          "private/tmp",
          "private/var",
          "run/media",
          "srv",
          "tmp",
          "Users",
          "var",
          "var/home",
          "var/tmp",
          "Volumes");

  private static final List<String> DIRECTORIES_OF_SNAPSHOTS =
      List.of("", "home", "Users", "var", "var/home");

  private static final Set<String> SNAPSHOTS = Set.of(".snapshots", ".snapshot", ".zfs", ".btrfs");

  /**
   * Parts of those directories that a container may read: all users can read them, and they contain
   * nothing specific to the machine.
   */
  private static final List<String> READABLE =
      List.of(
          "etc/ca-certificates",
          "etc/localtime",
          "etc/mime.types",
          "etc/os-release",
          "etc/pki/ca-trust/extracted",
          "etc/pki/tls/certs",
          "etc/protocols",
          "etc/services",
          "etc/ssl/certs",
          "etc/ssl/openssl.cnf",
          "etc/timezone",
          "nix/store",
          "usr/include",
          "usr/lib/jvm",
          "usr/lib/locale",
          "usr/lib/os-release",
          "usr/local/include",
          "usr/local/share",
          "usr/share");

  /** Directories of the system that may contain a user's home directory, and so a project. */
  private static final List<String> TREES_OF_HOMES = List.of("root", "var/lib", "private/var/root");

  private static final String SYSTEM = "belongs to the host's system";

  private final Path root;
  private final HomeDirectories homes;
  private final Set<Path> trees = new LinkedHashSet<>();
  private final Set<Path> directories = new LinkedHashSet<>();

  /**
   * Creates the rules for a file system.
   *
   * @param root the root directory of the file system
   * @param homes the home directories of the machine's users
   * @param known receives these paths, so that they are recognized under other names too
   * @param engineDirectories the directories in which the container engine stores its data
   */
  SystemPlaces(Path root, HomeDirectories homes, KnownFiles known, List<Path> engineDirectories) {
    this.root = root;
    this.homes = homes;
    SYSTEM_TREES.forEach(each -> known.add(trees, root.resolve(each)));
    HomeDirectories.children(root).stream()
        .filter(each -> each.getFileName().toString().startsWith("lib"))
        .forEach(each -> known.add(trees, each));
    SYSTEM_DIRECTORIES.forEach(each -> known.add(directories, root.resolve(each)));
    engineDirectories.forEach(each -> known.add(trees, each));
  }

  /** Returns whether a path, which must contain no links, is in a directory of the system. */
  boolean hold(Path real) {
    return trees.stream().anyMatch(real::startsWith);
  }

  /** Returns the reason why a container must not see a path, as the end of a sentence. */
  Optional<String> objection(Path place, boolean readonly) {
    if (directories.contains(place)) {
      return Optional.of(SYSTEM);
    }
    if (isAmongSnapshots(place)) {
      return Optional.of("may be a snapshot of the system or of homes, with the keys in them");
    }
    if (readonly && READABLE.stream().anyMatch(each -> place.startsWith(root.resolve(each)))) {
      return Optional.empty();
    }
    return trees.stream()
                .anyMatch(
                    tree ->
                        tree.startsWith(place)
                            || (place.startsWith(tree) && !isInOwnHome(place, tree)))
            && !isRemovableMedium(place)
        ? Optional.of(SYSTEM)
        : Optional.empty();
  }

  /**
   * Returns whether a path is in a directory of file system snapshots. Snapper and ZFS keep earlier
   * states, with any keys in them, in directories such as {@code .snapshots}.
   */
  private boolean isAmongSnapshots(Path place) {
    return DIRECTORIES_OF_SNAPSHOTS.stream()
        .map(root::resolve)
        .filter(each -> place.startsWith(each) && !place.equals(each))
        .anyMatch(each -> SNAPSHOTS.contains(each.relativize(place).getName(0).toString()));
  }

  private boolean isInOwnHome(Path place, Path tree) {
    if (homes.registered() == null
        || TREES_OF_HOMES.stream()
            .map(root::resolve)
            .noneMatch(each -> tree.equals(each) || tree.equals(KnownFiles.real(each)))) {
      return false;
    }
    Path home = KnownFiles.real(homes.registered());
    return home.startsWith(tree) && place.startsWith(home) && !place.equals(home);
  }

  private boolean isRemovableMedium(Path place) {
    Path media = root.resolve("run/media");
    return place.startsWith(media) && !place.equals(media);
  }
}
