package ai.opencode.sandbox.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The Unix sockets of container engines, through which a program can become root on the host. */
final class EngineSockets {

  private static final Pattern ENGINE_SOCKET =
      Pattern.compile(
          ".*(docker|podman|containerd|crio|buildkit|nerdctl|lxd|incus|libvirt|snapd).*");

  private final Set<Path> sockets = new LinkedHashSet<>();

  /**
   * Finds the sockets of container engines.
   *
   * @param root the root directory of the file system
   * @param known receives the sockets, so that they are recognized under other paths too
   * @param named the sockets that the environment or the caller names
   */
  EngineSockets(Path root, KnownFiles known, List<Path> named) {
    named.forEach(each -> known.add(sockets, each.toAbsolutePath().normalize()));
    listening(root).forEach(each -> known.add(sockets, each));
  }

  private static List<Path> listening(Path root) {
    List<Path> found = new ArrayList<>();
    for (String line : MountTable.lines(root.resolve("proc/net/unix"))) {
      int slash = line.indexOf(" /");
      if (slash > 0) {
        Optional<Path> socket = KeyPlaces.path(line.substring(slash + 1));
        if (socket.isPresent()
            && ENGINE_SOCKET.matcher(String.valueOf(socket.get().getFileName())).matches()) {
          found.add(root.resolve(socket.get().toString().substring(1)));
        }
      }
    }
    return found;
  }

  /** Returns whether a path is a socket, or a directory that contains one. */
  boolean touch(Path place) {
    return sockets.stream()
        .anyMatch(socket -> socket.startsWith(place) || place.startsWith(socket));
  }
}
