package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.HeldMounts;
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
 * The files of a machine that a container must not see: keys and settings of users, the system, and
 * the sockets of container engines. A file is recognized by its path, by its path with all links
 * resolved, and by its device and inode, so that neither links nor further mounts hide it.
 */
final class ForbiddenPlaces {

  static final String KEYS = "holds keys, passwords or settings of programs on the host";
  private static final String SOCKET =
      "leads to the container engine's socket, which makes its users root on the host";

  private final HomeDirectories homes;
  private final MountTable mounts;
  private final KnownFiles known = new KnownFiles();
  private final SystemPlaces system;
  private final EngineSockets sockets;
  private final KeyPlaces keys;

  /**
   * Creates the rules for a file system.
   *
   * @param root the root directory of the file system
   * @param homes the home directories of the machine's users
   * @param environment the environment variables, some of which name files with keys
   * @param engineSockets the paths of the container engine's sockets
   * @param engineDirectories the directories in which the container engine stores its data
   */
  ForbiddenPlaces(
      Path root,
      HomeDirectories homes,
      Map<String, String> environment,
      List<Path> engineSockets,
      List<Path> engineDirectories) {
    this.homes = homes;
    // During another run, its workspace is also mounted in the engine's directory.
    this.mounts =
        MountTable.read(root)
            .without(
                place ->
                    HeldMounts.isVolume(place)
                        && engineDirectories.stream().anyMatch(place::startsWith));
    this.system = new SystemPlaces(root, homes, known, engineDirectories);
    this.sockets = new EngineSockets(root, known, engineSockets);
    this.keys = new KeyPlaces(homes, system, known, environment);
  }

  /** Returns the forbidden places of this machine and user. */
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
      return -1; // The file system has no such attribute.
    }
  }

  /** Returns the reason why a container must not see a mount, as the end of a sentence. */
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
          "is a socket, pipe or device, which connects to the outside of the sandbox");
    }
    return mounts.below(mount.source()).stream()
        .filter(MountTable.Entry::isOfTheKernel)
        .findFirst()
        .map(each -> "contains " + each.place() + ", a file system of the kernel")
        .or(() -> keys.linkedIn(mount.source()));
  }

  /** Returns other paths that lead to the same file. */
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
