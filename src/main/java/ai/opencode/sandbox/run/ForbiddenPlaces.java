package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ResolvedMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a machine must not show to a container. Each place is known by its path, by the path that it
 * leads to, and by the file that it is, so neither links nor further mounts are a way around.
 */
final class ForbiddenPlaces {

  static final String KEYS = "holds keys, passwords or settings that programs here obey";
  private static final String SOCKET =
      "leads to the container engine's socket: who can use that is root on the host";

  private final HomeDirectories homes;
  private final MountTable mounts;
  private final KnownFiles known = new KnownFiles();
  private final SystemPlaces system;
  private final EngineSockets sockets;
  private final KeyPlaces keys;

  /**
   * @param root of the file system
   * @param engineSockets where the engine listens, as far as that is a file
   * @param engineDirectories where it keeps its own
   */
  ForbiddenPlaces(
      Path root,
      HomeDirectories homes,
      Map<String, String> environment,
      List<Path> engineSockets,
      List<Path> engineDirectories) {
    this.homes = homes;
    this.mounts = MountTable.read(root);
    this.system = new SystemPlaces(root, homes, known, engineDirectories);
    this.sockets = new EngineSockets(root, known, engineSockets);
    this.keys = new KeyPlaces(homes, system, known, environment);
  }

  /** For this machine and user. */
  static ForbiddenPlaces here(
      Map<String, String> environment,
      Path home,
      List<Path> engineSockets,
      List<Path> engineDirectories) {
    Path root = home.toAbsolutePath().getRoot();
    List<Path> named = new ArrayList<>(List.of(home));
    KeyPlaces.path(environment.getOrDefault("HOME", "")).ifPresent(named::add);
    return new ForbiddenPlaces(
        root,
        HomeDirectories.of(root, named, ownUid(root)),
        environment,
        engineSockets,
        engineDirectories);
  }

  private static long ownUid(Path root) {
    try {
      return ((Number) Files.getAttribute(root.resolve("proc/self"), "unix:uid")).longValue();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return -1; // No such list is kept there.
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
        .map(each -> "contains " + each.place() + ", through which the kernel shows itself")
        .or(() -> keys.linkedIn(mount.source()));
  }

  /** Other paths of a file, and of the directories above it. */
  private List<Path> aliases(Path file) {
    List<Path> aliases = new ArrayList<>(mounts.aliases(file));
    aliases.addAll(known.aliases(file));
    return aliases;
  }

  private Optional<String> objection(Path place, boolean readonly) {
    for (Path home : homes.own()) {
      if (home.startsWith(place) || KnownFiles.real(home).startsWith(place)) {
        return Optional.of(
            "is or contains your home directory, with its keys and everything you own");
      }
    }
    if (sockets.touch(place)) {
      return Optional.of(SOCKET);
    }
    for (Path home : homes.others()) {
      if (home.startsWith(place)) {
        return Optional.of("is or contains the home directory of another user");
      }
    }
    return keys.touch(place, readonly) ? Optional.of(KEYS) : system.objection(place, readonly);
  }
}
