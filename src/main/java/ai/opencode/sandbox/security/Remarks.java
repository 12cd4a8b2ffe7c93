package ai.opencode.sandbox.security;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What each option does, and what it does not, in words for whoever reads an export. */
final class Remarks {

  private final SecurityOptions options;

  Remarks(SecurityOptions options) {
    this.options = options;
  }

  String user() {
    return options.uid() == 0
        ? "Runs as root, who may change whatever is mounted writable."
        : "Never root. The images belong to this user; any other works as well through group 0.";
  }

  String capDrop() {
    return options.capDrop().contains(Capabilities.ALL)
        ? "Takes away every capability, that is every single power of root."
        : "Takes away these capabilities; the engine's other default ones stay.";
  }

  String capAdd() {
    if (options.capAdd().isEmpty()) {
      return "Adds no capability back.";
    }
    if (!options.capAdd().contains("NET_BIND_SERVICE")) {
      return "Adds capabilities back, which a process gets only as root or from a program's file.";
    }
    return "NET_BIND_SERVICE is for listening on ports below 1024. With Docker and Kubernetes it has"
        + " no effect for a user other than root: they set no ambient capabilities, and capabilities"
        + " of program files do not count under no-new-privileges, so it only stays in the bounding"
        + " set. Podman gives it to every user. Low ports also work where the engine opens them to"
        + " everybody (Docker since 20.10, containerd since 2.0); elsewhere listen above 1023.";
  }

  String readonlyRootfs() {
    return options.readonlyRootfs()
        ? "Nothing of the image can be changed, only the writable paths below. It protects neither"
            + " their content nor the workspace, and programs may be put there and started."
        : "The whole image can be changed by whoever has the permission.";
  }

  String noNewPrivileges() {
    return options.noNewPrivileges()
        ? "setuid programs and file capabilities have no effect: no process becomes more than its"
            + " parent was. It takes nothing away that the first process has."
        : "setuid programs and file capabilities work, so a process can become more than its"
            + " parent was.";
  }

  String usernsMode() {
    if (options.usernsMode() == null) {
      return "The user namespace is left to the engine: an engine that remaps users (rootless,"
          + " userns-remap) does so here too, any other runs uid "
          + options.uid()
          + " as uid "
          + options.uid()
          + " of the host. \"host\" would switch remapping off.";
    }
    if (options.usernsMode().equals("host")) {
      return "User namespace \"host\" switches off the remapping of users that the engine may be"
          + " set up for: uid "
          + options.uid()
          + " in the container is uid "
          + options.uid()
          + " of the host. It isolates less, not more, and changes nothing where the engine does"
          + " not remap.";
    }
    return "User namespace as given.";
  }

  String seccomp() {
    if (options.seccompProfile() == null) {
      return "The engine's own seccomp profile filters system calls. It is a filter against"
          + " unusual ones, not a policy about files or network.";
    }
    return "This seccomp profile takes the place of the engine's own.";
  }

  String network() {
    if (options.networkMode() == null) {
      return "The network is the engine's default and is not filtered: a task reaches whatever the"
          + " host reaches, metadata services of clouds included. Use \"none\" for tasks that need"
          + " no network.";
    }
    return options.networkMode().equals("none")
        ? "No network but a loopback device."
        : "Network as given; it is not filtered.";
  }

  String limits() {
    return "At most this many processes and threads and this much memory, without swap beyond it."
        + " The content of tmpfs counts as memory. Neither limits disk, network or CPU.";
  }

  /** True of every engine. */
  String writablePaths() {
    return "The writable paths, the same list that makes the directories of the images. A file"
        + " system mounted over a directory hides what the image has below it, so each level is"
        + " named. Sizes are upper bounds, not reservations.";
  }

  /** Where Docker keeps them. */
  String storage() {
    return "tmpfs lives in memory and is gone with the container. A volume is on disk, starts with"
        + " what the image has there, and has no size limit of its own.";
  }

  /** Where a file for Docker may be read by Podman. */
  String podman() {
    return "Podman refuses uid= and gid= of a tmpfs: write U in their place.";
  }

  /** All of them by option, in the order of the options. */
  Map<String, String> byOption() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("user", user());
    all.put("capDrop", capDrop());
    all.put("capAdd", capAdd());
    all.put("readonlyRootfs", readonlyRootfs());
    all.put("noNewPrivileges", noNewPrivileges());
    all.put("usernsMode", usernsMode());
    all.put("seccompProfile", seccomp());
    all.put("networkMode", network());
    all.put("limits", limits());
    all.put("writablePaths", writablePaths() + " " + storage());
    return all;
  }

  /** Said first where options are looser than they should be. */
  String warning() {
    return options.objections().stream()
        .map(objection -> "WARNING: " + objection + ".")
        .collect(Collectors.joining(" "));
  }
}
