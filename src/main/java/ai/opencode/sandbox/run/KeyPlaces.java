package ai.opencode.sandbox.run;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The paths of a user's keys, passwords and program settings on the host, which a container must
 * not see.
 */
final class KeyPlaces {

  /** The settings in a home directory that a container may read all the same. */
  private static final List<String> READABLE_AT_HOME = List.of(".config/opencode");

  /** The entries of a home directory with settings, beside those with a leading dot. */
  private static final Set<String> OTHER_SETTINGS = Set.of("Library", "snap");

  /**
   * The directories in a home directory whose entries are added one by one, because each entry may
   * be a link to a file elsewhere; the first one is the home directory itself.
   */
  private static final List<String> DIRECTORIES_OF_KEYS =
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

  /** The directories in a home directory in which every file, at any depth, is a key or setting. */
  private static final List<String> TREES_OF_KEYS =
      List.of(
          ".ssh",
          ".gnupg",
          ".aws",
          ".azure",
          ".kube",
          ".docker",
          ".config",
          ".local/share/keyrings",
          ".mozilla",
          ".thunderbird",
          ".claude",
          ".password-store");

  /** The environment variables with paths of keys and settings, separated by colons. */
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

  /** The variables among them whose directories may also contain other files. */
  private static final Set<String> OF_MORE_THAN_KEYS =
      Set.of("SSH_AUTH_SOCK", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME");

  private final HomeDirectories homes;
  private final SystemPlaces system;
  private final KnownFiles known;
  private final LinkedKeys linked;
  private final Set<Path> keys = new LinkedHashSet<>();

  KeyPlaces(
      HomeDirectories homes,
      SystemPlaces system,
      KnownFiles known,
      Map<String, String> environment) {
    this.homes = homes;
    this.system = system;
    this.known = known;
    this.linked =
        new LinkedKeys(
            homes.own().stream()
                .flatMap(home -> READABLE_AT_HOME.stream().map(KnownFiles.real(home)::resolve))
                .collect(Collectors.toSet()));
    homes.own().forEach(this::ofHome);
    homes.others().forEach(known::know);
    ofVariables(environment);
  }

  private void ofHome(Path home) {
    known.know(home);
    for (String directory : DIRECTORIES_OF_KEYS) {
      for (Path entry : HomeDirectories.children(home.resolve(directory))) {
        Path inHome = home.relativize(entry);
        if (isSettings(inHome)) {
          // A search from the top of the directory finds all files, but does not follow links.
          boolean wholly =
              TREES_OF_KEYS.stream()
                  .anyMatch(
                      tree ->
                          inHome.equals(Path.of(tree))
                              || (inHome.startsWith(tree) && Files.isSymbolicLink(entry)));
          add(entry, wholly || inHome.startsWith(".config"));
        }
      }
    }
  }

  private void ofVariables(Map<String, String> environment) {
    for (String variable : VARIABLES) {
      for (String each : environment.getOrDefault(variable, "").split(":", -1)) {
        path(each).ifPresent(place -> add(place, !OF_MORE_THAN_KEYS.contains(variable)));
      }
    }
    // A container that could write to this program's cache could change the images of all projects.
    path(environment.getOrDefault("XDG_CACHE_HOME", ""))
        .ifPresent(place -> add(place.resolve("opencode-sandbox"), false));
    for (String variable : List.of("SANDBOX_CACHE", "SANDBOX_BUILD_CACHE")) {
      path(environment.getOrDefault(variable, "")).ifPresent(place -> add(place, false));
    }
  }

  /** Returns an absolute path, unless it is the root directory. */
  static Optional<Path> path(String text) {
    try {
      Path path = Path.of(text).normalize();
      return path.isAbsolute() && path.getNameCount() > 0 ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /**
   * Adds a path. If the path is a link to a file of the system, such as an enabled service, the
   * link is added, but not the file.
   *
   * @param wholly whether files at any depth in the directory are keys or settings
   */
  private void add(Path place, boolean wholly) {
    Path real = KnownFiles.real(place);
    if (system.hold(real)
        && homes.own().stream().noneMatch(home -> real.startsWith(KnownFiles.real(home)))) {
      keys.add(place);
      known.know(place);
    } else {
      known.add(keys, place);
      linked.add(real, wholly);
    }
  }

  /** Returns whether a path is a key or setting, is in a directory of them, or contains one. */
  boolean touch(Path place, boolean readonly) {
    return !isReadableAtHome(place, readonly)
        && (isAtHome(place)
            || keys.stream().anyMatch(each -> each.startsWith(place) || place.startsWith(each)));
  }

  /** Returns an objection to a directory that contains a second name (hard link) of a key. */
  Optional<String> linkedIn(Path real) {
    return system.hold(real) ? Optional.empty() : linked.objection(real);
  }

  private boolean isAtHome(Path place) {
    Set<Path> all = new LinkedHashSet<>(homes.others());
    for (Path home : homes.own()) {
      all.add(home);
      all.add(KnownFiles.real(home));
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
            .flatMap(home -> READABLE_AT_HOME.stream().map(KnownFiles.real(home)::resolve))
            .anyMatch(place::startsWith);
  }
}
