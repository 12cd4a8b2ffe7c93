package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.egress.AllowedHosts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The security options as a Kubernetes pod (core/v1). */
final class PodManifest {

  /** The length of a DNS label (RFC 1123), minus space for a number. */
  private static final int NAME_LENGTH = 58;

  private PodManifest() {}

  static String export(SecurityOptions options, String image) {
    CommentedText text = new CommentedText("#");
    Remarks remarks = new Remarks(options);
    if (!remarks.warning().isEmpty()) {
      text.comment(0, remarks.warning());
    }
    text.line(0, "apiVersion: v1").line(0, "kind: Pod");
    text.line(0, "metadata:").line(1, "name: opencode-sandbox");
    boolean proxied = options.allowedHosts() != null;
    if (proxied) {
      EgressPolicy.labels(text);
    }
    text.line(0, "spec:").line(1, "restartPolicy: Never");
    text.comment(1, "A task needs no access to the cluster: no token, no list of its services.");
    text.line(1, "automountServiceAccountToken: false").line(1, "enableServiceLinks: false");
    userNamespace(options, remarks, text);
    text.comment(1, network(options));
    text.line(1, "securityContext:");
    user(options, remarks, text);
    seccomp(options, remarks, text);
    text.line(1, "containers:").line(2, "- name: sandbox");
    text.line(3, "image: " + Quoted.string(image)).line(3, "stdin: true").line(3, "tty: true");
    if (proxied) {
      EgressPolicy.environment(text);
    }
    privileges(options, remarks, text);
    text.comment(
        3,
        "The memory limit includes the content of volumes with medium Memory. A pod cannot"
            + " limit its processes and threads: set podPidsLimit of the kubelet ("
            + options.limits().pids()
            + " is enough).");
    text.line(3, "resources:").line(4, "limits:");
    text.line(5, "memory: " + options.limits().memoryMebibytes() + "Mi");
    cpus(options, remarks, text);
    writablePaths(options, text);
    if (proxied) {
      EgressPolicy.policy(text);
    }
    return text.toString();
  }

  private static void privileges(SecurityOptions options, Remarks remarks, CommentedText text) {
    text.line(3, "securityContext:").line(4, "privileged: false");
    text.comment(4, "no-new-privileges: " + remarks.noNewPrivileges());
    text.line(4, "allowPrivilegeEscalation: " + !options.noNewPrivileges());
    text.comment(4, remarks.readonlyRootfs());
    text.line(4, "readOnlyRootFilesystem: " + options.readonlyRootfs());
    text.line(4, "capabilities:");
    text.comment(5, remarks.capDrop()).line(5, "drop: " + Quoted.list(options.capDrop()));
    text.comment(5, remarks.capAdd()).line(5, "add: " + Quoted.list(options.capAdd()));
  }

  private static void user(SecurityOptions options, Remarks remarks, CommentedText text) {
    text.comment(2, remarks.user());
    text.line(2, "runAsNonRoot: " + (options.uid() != 0));
    text.line(2, "runAsUser: " + options.uid()).line(2, "runAsGroup: " + options.gid());
    if (!options.supplementaryGroups().isEmpty()) {
      text.line(
          2, "supplementalGroups: [" + String.join(", ", options.supplementaryGroups()) + "]");
    }
    text.comment(2, "The kubelet gives the volumes below to this group.");
    text.line(2, "fsGroup: " + options.gid());
  }

  private static void cpus(SecurityOptions options, Remarks remarks, CommentedText text) {
    Cpus cpus = options.limits().cpus();
    if (cpus == null) {
      text.comment(5, remarks.cpus());
      return;
    }
    text.comment(
        5, remarks.cpus() + " A limit without a request is also the request of the scheduler.");
    text.line(5, "cpu: " + cpus.thousandths() + "m");
  }

  private static void userNamespace(SecurityOptions options, Remarks remarks, CommentedText text) {
    if (options.usernsMode() == null) {
      text.comment(
          1,
          "hostUsers is left to the cluster: by default a pod shares the host's user namespace."
              + " \"hostUsers: false\" gives it one of its own where nodes support that.");
      return;
    }
    text.comment(1, remarks.usernsMode());
    text.line(1, "hostUsers: " + options.usernsMode().equals("host"));
  }

  private static String network(SecurityOptions options) {
    AllowedHosts allowed = options.allowedHosts();
    if (allowed != null) {
      return EgressPolicy.remark(allowed);
    }
    return options.networkMode() == null
        ? "The network is not filtered: a task can reach everything that pods can reach. A"
            + " NetworkPolicy for this pod restricts that."
        : "Network \""
            + options.networkMode()
            + "\" has no equivalent in a pod: write a NetworkPolicy for it.";
  }

  private static void seccomp(SecurityOptions options, Remarks remarks, CommentedText text) {
    text.comment(2, remarks.seccomp()).line(2, "seccompProfile:");
    String profile = options.seccompProfile();
    if (profile == null) {
      text.line(3, "type: RuntimeDefault");
    } else if (profile.equals("unconfined")) {
      text.line(3, "type: Unconfined");
    } else {
      text.comment(3, "A path below the kubelet's directory for seccomp profiles on each node.");
      text.line(3, "type: Localhost");
      text.line(3, "localhostProfile: " + Quoted.string(profile.replaceFirst("^/+", "")));
    }
  }

  private static void writablePaths(SecurityOptions options, CommentedText text) {
    if (options.writablePaths().isEmpty()) {
      return;
    }
    Map<String, WritablePath> volumes = volumeNames(options.writablePaths());
    text.comment(3, new Remarks(options).writablePaths());
    text.comment(
        3,
        "An emptyDir is deleted with the pod; with medium Memory it is a tmpfs. The kubelet sets"
            + " its owner and mode (root, the group above, writable for all), programs can be"
            + " started from it, and it hides the image's content there.");
    text.line(3, "volumeMounts:");
    volumes.forEach(
        (name, each) ->
            text.line(4, "- name: " + name).line(5, "mountPath: " + Quoted.string(each.path())));
    text.line(1, "volumes:");
    volumes.forEach(
        (name, each) -> {
          text.line(2, "- name: " + name).line(3, "emptyDir:");
          if (each.storage() == Storage.TMPFS) {
            text.line(4, "medium: Memory");
          }
          text.line(4, "sizeLimit: " + each.sizeMebibytes() + "Mi");
        });
  }

  /** Returns a unique volume name, a DNS label, for each path. */
  static Map<String, WritablePath> volumeNames(List<WritablePath> paths) {
    Map<String, WritablePath> names = new LinkedHashMap<>();
    for (WritablePath each : paths) {
      String label =
          each.path().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
      label = label.substring(0, Math.min(label.length(), NAME_LENGTH)).replaceAll("-+$", "");
      String name = label.isEmpty() ? "volume" : label;
      for (int number = 2; names.containsKey(name); number++) {
        name = (label.isEmpty() ? "volume" : label) + "-" + number;
      }
      names.put(name, each);
    }
    return names;
  }
}
