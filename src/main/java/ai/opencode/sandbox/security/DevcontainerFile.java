package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of security options as a {@code devcontainer.json} (containers.dev, "Dev Container
 * metadata reference"). Options without a property of their own are arguments of {@code docker
 * run}.
 */
final class DevcontainerFile {

  private DevcontainerFile() {}

  static String export(SecurityOptions options, String image) {
    CommentedText text = new CommentedText("//");
    Remarks remarks = new Remarks(options);
    if (!remarks.warning().isEmpty()) {
      text.comment(0, remarks.warning());
    }
    text.line(0, "{");
    property(text, "name", Quoted.string("OpenCode sandbox"));
    property(text, "image", Quoted.string(image));
    text.comment(1, remarks.user());
    if (options.user().equals(SandboxUser.OPENCODE.ids())) {
      property(text, "remoteUser", Quoted.string(SandboxUser.OPENCODE.name()));
    } else {
      property(text, "containerUser", Quoted.string(options.user().toString()));
    }
    text.comment(1, "Another uid would need another image, whose files belong to that uid.");
    property(text, "updateRemoteUserUID", "false");
    text.comment(1, remarks.capAdd());
    property(text, "capAdd", Quoted.list(options.capAdd()));
    text.comment(1, remarks.noNewPrivileges()).comment(1, remarks.seccomp());
    property(text, "securityOpt", Quoted.list(options.privileges().profileOptions()));
    workspace(options, text);
    text.line(1, "\"runArgs\": [");
    List<Argument> arguments = arguments(options, remarks);
    for (int i = 0; i < arguments.size(); i++) {
      Argument each = arguments.get(i);
      if (each.remark() != null) {
        text.comment(2, each.remark());
      }
      text.line(2, Quoted.string(each.text()) + (i < arguments.size() - 1 ? "," : ""));
    }
    text.line(1, "]").line(0, "}");
    return text.toString();
  }

  private static void property(CommentedText text, String name, String json) {
    text.line(1, Quoted.string(name) + ": " + json + ",");
  }

  /** Mounts the directory that is open in the editor at the first volume's path. */
  private static void workspace(SecurityOptions options, CommentedText text) {
    List<WritablePath> volumes =
        options.writablePaths().stream().filter(each -> each.storage() == Storage.VOLUME).toList();
    if (volumes.isEmpty()) {
      return;
    }
    String directory = volumes.get(0).path();
    text.comment(1, "The directory that is open in the editor.");
    property(text, "workspaceFolder", Quoted.string(directory));
    property(
        text,
        "workspaceMount",
        Quoted.string("type=bind,source=${localWorkspaceFolder},target=" + directory));
    if (volumes.size() > 1) {
      property(
          text,
          "mounts",
          Quoted.list(
              volumes.stream().skip(1).map(each -> "type=volume,target=" + each.path()).toList()));
    }
  }

  private record Argument(String text, @Nullable String remark) {}

  private static List<Argument> arguments(SecurityOptions options, Remarks remarks) {
    List<Argument> arguments = new ArrayList<>();
    boolean first = true;
    for (String capability : options.capDrop()) {
      arguments.add(new Argument("--cap-drop=" + capability, first ? remarks.capDrop() : null));
      first = false;
    }
    options
        .supplementaryGroups()
        .forEach(group -> arguments.add(new Argument("--group-add=" + group, null)));
    if (options.readonlyRootfs()) {
      arguments.add(new Argument("--read-only", remarks.readonlyRootfs()));
    }
    if (options.usernsMode() != null) {
      arguments.add(new Argument("--userns=" + options.usernsMode(), remarks.usernsMode()));
    }
    if (options.networkMode() != null) {
      arguments.add(new Argument("--network=" + options.networkMode(), remarks.network()));
    }
    arguments.add(new Argument("--pids-limit=" + options.limits().pids(), remarks.limits()));
    arguments.add(new Argument("--memory=" + options.limits().memoryMebibytes() + "m", null));
    arguments.add(new Argument("--memory-swap=" + options.limits().memoryMebibytes() + "m", null));
    if (options.limits().cpus() != null) {
      arguments.add(new Argument("--cpus=" + options.limits().cpus(), remarks.cpus()));
    }
    first = true;
    for (WritablePath each : options.writablePaths()) {
      if (each.storage() == Storage.TMPFS) {
        arguments.add(
            new Argument(
                "--tmpfs=" + each.path() + ":" + EngineKind.DOCKER.tmpfsOptions(each),
                first
                    ? remarks.writablePaths() + " " + remarks.storage() + " " + remarks.podman()
                    : null));
        first = false;
      }
    }
    return arguments;
  }
}
