package ai.opencode.sandbox.security;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The descriptions of the options' effects and limits for readers of an export. */
final class Remarks {

  private final SecurityOptions options;

  Remarks(SecurityOptions options) {
    this.options = options;
  }

  String user() {
    return options.uid() == 0
        ? "Runs as root, which may change everything that is mounted writable."
        : "Never root. The images' files belong to this user; any other user works through group"
            + " 0.";
  }

  String capDrop() {
    return options.capDrop().contains(Capabilities.ALL)
        ? "Drops every capability, that is every privilege of root."
        : "Drops these capabilities; the engine's other default ones remain.";
  }

  String capAdd() {
    if (options.capAdd().isEmpty()) {
      return "Adds no capability back.";
    }
    if (!options.capAdd().contains("NET_BIND_SERVICE")) {
      return "Adds capabilities back; a process gets them only as root or from a program's file.";
    }
    return "NET_BIND_SERVICE is for listening on ports below 1024. With Docker and Kubernetes it"
        + " has no effect for a user other than root: they set no ambient capabilities, and"
        + " capabilities of program files do not count under no-new-privileges, so it only"
        + " stays in the bounding set. Podman gives it to every user. Low ports also work"
        + " where the engine opens them to everybody (Docker since 20.10, containerd since"
        + " 2.0); elsewhere listen above 1023.";
  }

  String readonlyRootfs() {
    return options.readonlyRootfs()
        ? "Nothing of the image can be changed, only the writable paths below. It protects neither"
            + " their content nor the workspace, and programs may be put there and started."
        : "Every user with write permission can change files of the image.";
  }

  String noNewPrivileges() {
    return options.noNewPrivileges()
        ? "setuid programs and file capabilities have no effect: no process gains more privileges"
            + " than its parent has. The first process keeps its own."
        : "setuid programs and file capabilities work, so a process can gain more privileges than"
            + " its parent has.";
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
    return "This seccomp profile replaces the engine's own.";
  }

  String network() {
    if (options.allowedHosts() != null) {
      return "No network but a loopback device. Only \"opencode-sandbox run\" adds the proxy that"
          + " lets the allowed hosts through: "
          + options.allowedHosts()
          + ".";
    }
    if (options.networkMode() == null) {
      return "The network is the engine's default and is not filtered: a task can reach everything"
          + " that the host can reach, including metadata services of clouds. Use \"none\""
          + " for tasks that need no network.";
    }
    return options.networkMode().equals("none")
        ? "No network but a loopback device."
        : "Network as given; it is not filtered.";
  }

  String limits() {
    String others =
        options.limits().cpus() == null
            ? " Neither limits disk, network or processor time."
            : " None of them limits disk or network.";
    return "At most this many processes and threads and this much memory, without swap beyond it."
        + " The content of tmpfs counts as memory."
        + others;
  }

  /** Returns the remark on the limit of processor time. */
  String cpus() {
    return options.limits().cpus() == null
        ? "Processor time is not limited: a task may use every processor of the host. Limit it"
            + " where tasks share a host."
        : "At most the time of this many processors, on any of them. Programs still see every"
            + " processor of the host, and some start as many threads.";
  }

  /** Returns the remark that applies to every engine. */
  String writablePaths() {
    return "The writable paths are the same list from which the images' directories are made. A"
        + " file system mounted over a directory hides the image's content below it, so each"
        + " level is listed. Sizes are upper bounds, not reservations.";
  }

  /** Returns the remark about Docker's storage. */
  String storage() {
    return "A tmpfs is in memory and is lost with the container. A volume is on disk, starts with"
        + " the image's content at its path, and has no size limit of its own.";
  }

  /** Returns the remark for files written for Docker that Podman may read. */
  String podman() {
    return "Podman refuses uid= and gid= of a tmpfs: write U in their place.";
  }

  /** Returns all remarks by option, in the order of the options. */
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
    all.put("cpus", cpus());
    all.put("writablePaths", writablePaths() + " " + storage());
    return all;
  }

  /** Returns the warning that comes first if options are too permissive. */
  String warning() {
    return options.objections().stream()
        .map(objection -> "WARNING: " + objection + ".")
        .collect(Collectors.joining(" "));
  }
}
