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

/** Where a user has keys, passwords, and settings that programs obey. */
final class KeyPlaces {

  /** Of a home's entries with a dot, a container may read these. */
  private static final List<String> READABLE_AT_HOME = List.of(".config/opencode");

  /** Entries of a home that are like those with a dot. */
  private static final Set<String> OTHER_SETTINGS = Set.of("Library", "snap");

  /** Directories of a home whose entries are known one by one, since they may be links. */
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

  /** Everything in these is a key or a setting, and no store of packages. */
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

  /** Of those, the ones that name more than keys. */
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
          // What is in a tree is found from its top; what a link in it leads to is not.
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
    // Packages and layers: what is written there gets into the images of every project.
    path(environment.getOrDefault("XDG_CACHE_HOME", ""))
        .ifPresent(place -> add(place.resolve("opencode-sandbox"), false));
    for (String variable : List.of("SANDBOX_CACHE", "SANDBOX_BUILD_CACHE")) {
      path(environment.getOrDefault(variable, "")).ifPresent(place -> add(place, false));
    }
  }

  /** A place that is more than the root directory. */
  static Optional<Path> path(String text) {
    try {
      Path path = Path.of(text).normalize();
      return path.isAbsolute() && path.getNameCount() > 0 ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** A link into the system (a service that is enabled) makes that no secret of the user. */
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

  /** Whether a place is one of these, is in one, or has one in it. */
  boolean touch(Path place, boolean readonly) {
    return !isReadableAtHome(place, readonly)
        && (isAtHome(place)
            || keys.stream().anyMatch(each -> each.startsWith(place) || place.startsWith(each)));
  }

  /** Why a container must not see a tree that is elsewhere: a second name of a key is in it. */
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
