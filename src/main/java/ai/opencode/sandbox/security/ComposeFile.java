package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import java.util.List;
import java.util.Map;

/** The security options as a file of the Compose specification. */
final class ComposeFile {

  private ComposeFile() {}

  static String export(SecurityOptions options, String image) {
    CommentedText text = new CommentedText("#");
    Remarks remarks = new Remarks(options);
    if (!remarks.warning().isEmpty()) {
      text.comment(0, remarks.warning());
    }
    text.line(0, "services:").line(1, "sandbox:").line(2, "image: " + Quoted.string(image));
    text.line(2, "stdin_open: true").line(2, "tty: true");
    text.comment(2, remarks.user()).line(2, "user: " + Quoted.string(options.user().toString()));
    if (!options.supplementaryGroups().isEmpty()) {
      text.line(2, "group_add: " + Quoted.list(options.supplementaryGroups()));
    }
    text.comment(2, remarks.capDrop()).line(2, "cap_drop: " + Quoted.list(options.capDrop()));
    text.comment(2, remarks.capAdd()).line(2, "cap_add: " + Quoted.list(options.capAdd()));
    text.comment(2, remarks.readonlyRootfs());
    text.line(2, "read_only: " + options.readonlyRootfs());
    text.comment(2, remarks.noNewPrivileges()).comment(2, remarks.seccomp());
    text.line(2, "security_opt: " + Quoted.list(options.privileges().profileOptions()));
    text.comment(2, remarks.usernsMode());
    if (options.usernsMode() != null) {
      text.line(2, "userns_mode: " + Quoted.string(options.usernsMode()));
    }
    text.comment(2, remarks.network());
    if (options.networkMode() != null) {
      text.line(2, "network_mode: " + Quoted.string(options.networkMode()));
    }
    String memory = Quoted.string(options.limits().memoryMebibytes() + "m");
    text.comment(2, remarks.limits()).line(2, "pids_limit: " + options.limits().pids());
    text.line(2, "mem_limit: " + memory).line(2, "memswap_limit: " + memory);
    text.comment(2, remarks.cpus());
    if (options.limits().cpus() != null) {
      text.line(2, "cpus: " + options.limits().cpus());
    }
    text.comment(2, remarks.writablePaths()).comment(2, remarks.storage());
    text.comment(2, remarks.podman());
    writablePaths(options, text);
    return text.toString();
  }

  private static void writablePaths(SecurityOptions options, CommentedText text) {
    List<WritablePath> paths = options.writablePaths();
    Map<String, WritablePath> volumes = PodManifest.volumeNames(paths);
    volumes.values().removeIf(each -> each.storage() != Storage.VOLUME);
    if (paths.size() > volumes.size()) {
      text.line(2, "tmpfs:");
      paths.stream()
          .filter(each -> each.storage() == Storage.TMPFS)
          .forEach(
              each ->
                  text.line(
                      3,
                      "- "
                          + Quoted.string(
                              each.path() + ":" + EngineKind.DOCKER.tmpfsOptions(each))));
    }
    if (volumes.isEmpty()) {
      return;
    }
    text.comment(
        2,
        "To work on a directory of the host, make this type \"bind\" with the directory as"
            + " source.");
    text.line(2, "volumes:");
    volumes.forEach(
        (name, each) ->
            text.line(3, "- type: volume")
                .line(4, "source: " + name)
                .line(4, "target: " + Quoted.string(each.path())));
    text.line(0, "volumes:");
    volumes.keySet().forEach(name -> text.line(1, name + ": {}"));
  }
}
