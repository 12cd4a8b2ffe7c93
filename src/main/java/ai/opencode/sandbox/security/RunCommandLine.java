package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Security options as a command of {@code docker run} or {@code podman run}, with comments that
 * explain its flags.
 */
final class RunCommandLine {

  private RunCommandLine() {}

  /**
   * Returns a command with one flag on each line. The comments come first, because a shell allows
   * none between lines that a backslash joins.
   */
  static String export(EngineKind engine, SecurityOptions options, String image) {
    CommentedText text = new CommentedText("#");
    Remarks remarks = new Remarks(options);
    if (!remarks.warning().isEmpty()) {
      text.comment(0, remarks.warning()).line(0, "#");
    }
    text.comment(0, "--user: " + remarks.user());
    text.comment(0, "--cap-drop: " + remarks.capDrop());
    text.comment(0, "--cap-add: " + remarks.capAdd());
    text.comment(0, "--read-only: " + remarks.readonlyRootfs());
    text.comment(0, "--security-opt no-new-privileges: " + remarks.noNewPrivileges());
    text.comment(0, "--security-opt seccomp: " + remarks.seccomp());
    text.comment(0, "--userns: " + remarks.usernsMode());
    text.comment(0, "--network: " + remarks.network());
    text.comment(0, "--pids-limit, --memory, --memory-swap: " + remarks.limits());
    text.comment(0, "--cpus: " + remarks.cpus());
    text.comment(0, "--tmpfs, --mount: " + remarks.writablePaths() + " " + remarks.storage());
    if (engine == EngineKind.PODMAN) {
      text.comment(
          0,
          "--read-only-tmpfs=false: Podman would make /run and /var/tmp writable as well. U: each"
              + " tmpfs belongs to the container's user.");
    }
    text.comment(
        0,
        "For the current directory as workspace: --mount"
            + " \"type=bind,source=$PWD,target=/workspace\"");
    text.line(0, engine.name().toLowerCase(Locale.ROOT) + " run --rm --interactive --tty \\");
    for (String flag : flags(engine, options)) {
      text.line(1, flag + " \\");
    }
    text.line(1, quoted(image));
    return text.toString();
  }

  private static List<String> flags(EngineKind engine, SecurityOptions options) {
    List<String> flags = new ArrayList<>(flagsWithoutPaths(engine, options));
    for (WritablePath each : options.writablePaths()) {
      flags.add(
          each.storage() == Storage.TMPFS
              ? "--tmpfs " + quoted(each.path() + ":" + engine.tmpfsOptions(each))
              : "--mount " + quoted("type=volume,target=" + each.path()));
    }
    return flags;
  }

  /** Returns all flags but those of the writable paths. */
  private static List<String> flagsWithoutPaths(EngineKind engine, SecurityOptions options) {
    List<String> flags = new ArrayList<>();
    flags.add("--user " + options.user());
    options.supplementaryGroups().forEach(group -> flags.add("--group-add " + group));
    options.capDrop().forEach(capability -> flags.add("--cap-drop " + capability));
    options.capAdd().forEach(capability -> flags.add("--cap-add " + capability));
    if (options.readonlyRootfs()) {
      flags.add("--read-only");
      if (engine == EngineKind.PODMAN) {
        flags.add("--read-only-tmpfs=false");
      }
    }
    if (options.noNewPrivileges()) {
      flags.add("--security-opt no-new-privileges");
    }
    if (options.seccompProfile() != null) {
      flags.add("--security-opt " + quoted("seccomp=" + options.seccompProfile()));
    }
    if (options.usernsMode() != null) {
      flags.add("--userns " + quoted(options.usernsMode()));
    }
    if (options.networkMode() != null) {
      flags.add("--network " + quoted(options.networkMode()));
    }
    flags.add("--pids-limit " + options.limits().pids());
    flags.add("--memory " + options.limits().memoryMebibytes() + "m");
    flags.add("--memory-swap " + options.limits().memoryMebibytes() + "m");
    if (options.limits().cpus() != null) {
      flags.add("--cpus " + options.limits().cpus());
    }
    return flags;
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
