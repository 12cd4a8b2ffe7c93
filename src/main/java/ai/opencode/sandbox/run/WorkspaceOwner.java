package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.UserIds;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.SecurityOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The choice of the user that a container runs as, by the owner of its workspace on the host. */
final class WorkspaceOwner {

  private static final long ROOT = 0;

  private final Engine engine;
  private final Progress progress;

  WorkspaceOwner(Engine engine, Progress progress) {
    this.engine = engine;
    this.progress = progress;
  }

  /**
   * Returns the request's options with a user who can write to the workspace. On Linux a mounted
   * directory keeps its owner, so the container runs as that owner, who can write to the image's
   * own directories through group 0. The user of the options stays if the engine maps user ids,
   * because the owner then has another id in the container.
   */
  SecurityOptions optionsFor(JudgedRequest judged) throws IOException {
    RunRequest request = judged.request();
    SecurityOptions options = request.options();
    ResolvedMount mount = judged.workspace();
    if (mount == null || !engine.address().isUnixSocket()) {
      return options;
    }
    Path workspace = mount.source();
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return options; // In the engine's virtual machine, every user can write to the files.
    }
    long uid = ((Number) Files.getAttribute(workspace, "unix:uid")).longValue();
    long gid = ((Number) Files.getAttribute(workspace, "unix:gid")).longValue();
    int mode = (Integer) Files.getAttribute(workspace, "unix:mode");
    boolean mapped = engine.mapsUsers();
    if (request.matchOwner() && !mapped && uid != ROOT && uid != options.uid()) {
      return options.withUser(new UserIds(uid, gid));
    }
    boolean byGroup =
        gid == options.gid() || options.supplementaryGroups().contains(Long.toString(gid));
    boolean writable =
        uid == options.uid() || (mode & 0002) != 0 || (byGroup && (mode & 0020) != 0);
    if (!mount.readonly() && (mapped || !writable)) {
      progress.warn(
          "The workspace "
              + workspace
              + " belongs to "
              + uid
              + ":"
              + gid
              + (mapped ? ", which this engine maps to another user" : "")
              + ": user "
              + options.user()
              + " of the container may be unable to write to it. Change the owner or permissions of"
              + " the directory, or use --user.");
    }
    return options;
  }
}
