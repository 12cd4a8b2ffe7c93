package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ResolvedMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a machine must not show to a container. Each place is known by its path, by the path that it
 * leads to, and by the file that it is, so neither links nor further mounts are a way around.
 */
final class ForbiddenPlaces {

  /** Neither these nor anything in them. */
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

  /** Not these themselves; people keep projects in them. */
  private static final List<String> SYSTEM_FOLDERS =
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

  private static final List<String> FOLDERS_OF_SNAPSHOTS =
      List.of("", "home", "Users", "var", "var/home");

  private static final Set<String> SNAPSHOTS = Set.of(".snapshots", ".snapshot", ".zfs", ".btrfs");

  /** In system trees, but everybody may read them, and nothing in them is of this machine alone. */
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

  /** System trees in which a user's own home may be, and in it a project. */
  private static final List<String> TREES_OF_HOMES = List.of("root", "var/lib", "private/var/root");

  /** Of a home's entries with a dot, a container may read these. */
  private static final List<String> READABLE_AT_HOME = List.of(".config/opencode");

  /** Entries of a home that are like those with a dot. */
  private static final Set<String> OTHER_SETTINGS = Set.of("Library", "snap");

  /** Directories of a home whose entries are known one by one, since they may be links. */
  private static final List<String> FOLDERS_OF_KEYS =
      List.of(
          "",
          ".ssh",
          ".gnupg",
          ".aws",
          ".azure",
          ".kube",
          ".docker",
          ".config",
          ".config/gh",
          ".config/gcloud",
          ".config/containers",
          ".config/git",
          ".config/systemd",
          ".config/systemd/user",
          ".config/autostart",
          ".local",
          ".local/bin",
          ".local/share",
          ".local/share/keyrings",
          ".m2",
          ".claude",
          ".password-store");

  /** Variables that name keys and settings elsewhere; several paths of one are parted by colons. */
  private static final List<String> VARIABLES =
      List.of(
          "AWS_CONFIG_FILE",
          "AWS_SHARED_CREDENTIALS_FILE",
          "AZURE_CONFIG_DIR",
          "CLOUDSDK_CONFIG",
          "DOCKER_CERT_PATH",
          "DOCKER_CONFIG",
          "GH_CONFIG_DIR",
          "GIT_CONFIG_GLOBAL",
          "GNUPGHOME",
          "KUBECONFIG",
          "NETRC",
          "NPM_CONFIG_USERCONFIG",
          "PASSWORD_STORE_DIR",
          "REGISTRY_AUTH_FILE",
          "SSH_AUTH_SOCK",
          "XDG_CONFIG_HOME",
          "XDG_DATA_HOME",
          "XDG_RUNTIME_DIR",
          "XDG_STATE_HOME");

  private static final Pattern ENGINE_SOCKET =
      Pattern.compile(
          ".*(docker|podman|containerd|crio|buildkit|nerdctl|lxd|incus|libvirt|snapd).*");

  private static final String KEYS = "holds keys, passwords or settings that programs here obey";
  private static final String SYSTEM = "belongs to the host's system";
  private static final String SOCKET =
      "leads to the container engine's socket: who can use that is root on the host";

  private final Path root;
  private final HomeFolders homes;
  private final MountTable mounts;
  private final Set<Path> systemTrees = new LinkedHashSet<>();
  private final Set<Path> systemFolders = new LinkedHashSet<>();
  private final Set<Path> keys = new LinkedHashSet<>();
  private final Set<Path> sockets = new LinkedHashSet<>();
  private final Map<Object, Path> byFile = new LinkedHashMap<>();

  /**
   * @param root of the file system
   * @param engineSockets where the engine listens, as far as that is a file
   * @param engineFolders where it keeps its own
   */
  ForbiddenPlaces(
      Path root,
      HomeFolders homes,
      Map<String, String> environment,
      List<Path> engineSockets,
      List<Path> engineFolders) {
    this.root = root;
    this.homes = homes;
    this.mounts = MountTable.read(root);
    SYSTEM_TREES.forEach(each -> add(systemTrees, root.resolve(each)));
    HomeFolders.children(root).stream()
        .filter(each -> each.getFileName().toString().startsWith("lib"))
        .forEach(each -> add(systemTrees, each));
    SYSTEM_FOLDERS.forEach(each -> add(systemFolders, root.resolve(each)));
    engineFolders.forEach(each -> add(systemTrees, each));
    engineSockets.forEach(each -> add(sockets, each.toAbsolutePath().normalize()));
    listeningEngines().forEach(each -> add(sockets, each));
    for (Path home : homes.own()) {
      keysOf(home);
    }
    homes.others().forEach(this::known);
    variables(environment);
  }

  /** For this machine and user. */
  static ForbiddenPlaces here(
      Map<String, String> environment,
      Path home,
      List<Path> engineSockets,
      List<Path> engineFolders) {
    Path root = home.toAbsolutePath().getRoot();
    List<Path> named = new ArrayList<>(List.of(home));
    path(environment.getOrDefault("HOME", "")).ifPresent(named::add);
    return new ForbiddenPlaces(
        root, HomeFolders.of(root, named, ownUid(root)), environment, engineSockets, engineFolders);
  }

  private static long ownUid(Path root) {
    try {
      return ((Number) Files.getAttribute(root.resolve("proc/self"), "unix:uid")).longValue();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return -1; // No such list is kept there.
    }
  }

  private void keysOf(Path home) {
    known(home);
    for (String folder : FOLDERS_OF_KEYS) {
      for (Path entry : HomeFolders.children(home.resolve(folder))) {
        if (isSettings(home.relativize(entry))) {
          addKey(entry);
        }
      }
    }
  }

  private void variables(Map<String, String> environment) {
    for (String variable : VARIABLES) {
      for (String each : environment.getOrDefault(variable, "").split(":", -1)) {
        path(each).ifPresent(this::addKey);
      }
    }
    // Packages and layers: what is written there gets into the images of every project.
    path(environment.getOrDefault("XDG_CACHE_HOME", ""))
        .ifPresent(place -> addKey(place.resolve("opencode-sandbox")));
    for (String variable : List.of("SANDBOX_CACHE", "SANDBOX_BUILD_CACHE")) {
      path(environment.getOrDefault(variable, "")).ifPresent(this::addKey);
    }
  }

  /** A place that is more than the root directory. */
  private static Optional<Path> path(String text) {
    try {
      Path path = Path.of(text).normalize();
      return path.isAbsolute() && path.getNameCount() > 0 ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private List<Path> listeningEngines() {
    List<Path> found = new ArrayList<>();
    for (String line : MountTable.lines(root.resolve("proc/net/unix"))) {
      int slash = line.indexOf(" /");
      if (slash > 0) {
        Optional<Path> socket = path(line.substring(slash + 1));
        if (socket.isPresent()
            && ENGINE_SOCKET.matcher(String.valueOf(socket.get().getFileName())).matches()) {
          found.add(root.resolve(socket.get().toString().substring(1)));
        }
      }
    }
    return found;
  }

  private void add(Set<Path> places, Path place) {
    places.add(place);
    known(place);
    try {
      Path real = place.toRealPath();
      places.add(real);
      known(real);
    } catch (IOException e) {
      // It does not exist, so the path is all there is.
    }
  }

  /** A link into the system (a service that is enabled) makes that no secret of the user. */
  private void addKey(Path place) {
    Path real = real(place);
    if (systemTrees.stream().anyMatch(real::startsWith)
        && homes.own().stream().noneMatch(home -> real.startsWith(real(home)))) {
      keys.add(place);
      known(place);
    } else {
      add(keys, place);
    }
  }

  /** Remembers which files a place and the directories above it are. */
  private void known(Path place) {
    for (Path each = place; each != null; each = each.getParent()) {
      Object file = fileKey(each);
      if (file != null) {
        byFile.putIfAbsent(file, each);
      }
    }
  }

  private static @Nullable Object fileKey(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /** Why a container must not see this, as the rest of a sentence. */
  Optional<String> objection(ResolvedMount mount) {
    Set<Path> forms = new LinkedHashSet<>(List.of(mount.source(), mount.given()));
    forms.addAll(aliases(mount.source()));
    for (MountTable.Entry below : mounts.below(mount.source())) {
      forms.addAll(aliases(below.place()));
    }
    Optional<String> found =
        forms.stream().flatMap(form -> objection(form, mount.readonly()).stream()).findFirst();
    if (found.isPresent()) {
      return found;
    }
    if (mount.isSocketOrDevice()) {
      return Optional.of(
          "is a socket, pipe or device: whatever answers there is outside the sandbox");
    }
    return mounts.below(mount.source()).stream()
        .filter(MountTable.Entry::isOfTheKernel)
        .findFirst()
        .map(each -> "contains " + each.place() + ", through which the kernel shows itself");
  }

  /** Other paths of a file, and of the directories above it. */
  private List<Path> aliases(Path file) {
    List<Path> aliases = new ArrayList<>(mounts.aliases(file));
    for (Path each = file; each != null; each = each.getParent()) {
      Object key = fileKey(each);
      Path known = key == null ? null : byFile.get(key);
      if (known != null && !known.equals(each)) {
        aliases.add(known.resolve(each.relativize(file)).normalize());
      }
    }
    return aliases;
  }

  private Optional<String> objection(Path place, boolean readonly) {
    for (Path home : homes.own()) {
      if (home.startsWith(place) || real(home).startsWith(place)) {
        return Optional.of("is or contains your home folder, with its keys and everything you own");
      }
    }
    for (Path socket : sockets) {
      if (socket.startsWith(place) || place.startsWith(socket)) {
        return Optional.of(SOCKET);
      }
    }
    for (Path home : homes.others()) {
      if (home.startsWith(place)) {
        return Optional.of("is or contains the home folder of another user");
      }
    }
    if (!isReadableAtHome(place, readonly)
        && (isAtHomeWithKeys(place)
            || keys.stream().anyMatch(each -> each.startsWith(place) || place.startsWith(each)))) {
      return Optional.of(KEYS);
    }
    if (systemFolders.contains(place)) {
      return Optional.of(SYSTEM);
    }
    if (isAmongSnapshots(place)) {
      return Optional.of("may be a snapshot of the system or of homes, with the keys in them");
    }
    if (readonly && READABLE.stream().anyMatch(each -> place.startsWith(root.resolve(each)))) {
      return Optional.empty();
    }
    return systemTrees.stream()
                .anyMatch(
                    tree ->
                        tree.startsWith(place)
                            || (place.startsWith(tree) && !isInOwnHome(place, tree)))
            && !isRemovableMedium(place)
        ? Optional.of(SYSTEM)
        : Optional.empty();
  }

  /** Snapper and ZFS keep earlier states, keys included, in directories with a dot. */
  private boolean isAmongSnapshots(Path place) {
    return FOLDERS_OF_SNAPSHOTS.stream()
        .map(root::resolve)
        .filter(each -> place.startsWith(each) && !place.equals(each))
        .anyMatch(each -> SNAPSHOTS.contains(each.relativize(place).getName(0).toString()));
  }

  private boolean isAtHomeWithKeys(Path place) {
    Set<Path> all = new LinkedHashSet<>(homes.others());
    for (Path home : homes.own()) {
      all.add(home);
      all.add(real(home));
    }
    return all.stream()
        .anyMatch(home -> place.startsWith(home) && isSettings(home.relativize(place)));
  }

  private static boolean isSettings(Path inHome) {
    String first = inHome.getName(0).toString();
    return first.startsWith(".") || OTHER_SETTINGS.contains(first);
  }

  private boolean isReadableAtHome(Path place, boolean readonly) {
    return readonly
        && homes.own().stream()
            .flatMap(home -> READABLE_AT_HOME.stream().map(each -> real(home).resolve(each)))
            .anyMatch(place::startsWith);
  }

  private boolean isInOwnHome(Path place, Path tree) {
    if (homes.registered() == null
        || TREES_OF_HOMES.stream()
            .map(root::resolve)
            .noneMatch(each -> tree.equals(each) || tree.equals(real(each)))) {
      return false;
    }
    Path home = real(homes.registered());
    return home.startsWith(tree) && place.startsWith(home) && !place.equals(home);
  }

  private boolean isRemovableMedium(Path place) {
    Path media = root.resolve("run/media");
    return place.startsWith(media) && !place.equals(media);
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }
}
