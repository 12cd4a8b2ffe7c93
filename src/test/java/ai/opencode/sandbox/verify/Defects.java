package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import java.util.List;
import java.util.function.Consumer;

/**
 * The ways to break an image that both {@link BrokenImageTest} and {@link BrokenImageIT} try. None
 * hinders another one, so that they can all be tried at once.
 */
final class Defects {

  /**
   * One way to break an image.
   *
   * @param id that must be among the findings
   * @param where that finding must point
   */
  record Defect(String says, String id, String where, Consumer<Breakable> change) {}

  static final List<Defect> OF_EVERY_IMAGE =
      List.of(
          new Defect("setuid", "setuid", "/usr/bin/curl", i -> i.mode("usr/bin/curl", 04755)),
          new Defect(
              "a device",
              "device",
              "/dev/kmem",
              image ->
                  image
                      .entry(new TarEntry.Directory("dev", Attributes.of(0755)))
                      .entry(new TarEntry.Device("dev/kmem", Attributes.of(0640), false, 1, 2))),
          new Defect(
              "sudo",
              "privilege-program",
              "/usr/bin/sudo",
              image -> image.file("usr/bin/sudo", 0755, "#!/bin/sh\n")),
          new Defect("tmp has no sticky bit", "directory", "/tmp", i -> i.mode("tmp", 0777)),
          new Defect(
              "a directory of OpenCode's is missing",
              "directory",
              "/home/opencode/.local/state",
              image -> image.remove("home/opencode/.local/state")),
          new Defect(
              "git accepts every directory",
              "git-safe-directory",
              "/etc/gitconfig",
              image -> image.edit("etc/gitconfig", "/workspace", "*")),
          new Defect(
              "a second root",
              "uid-zero",
              "/etc/passwd",
              image -> image.edit("etc/passwd", "root:x", "toor:x:0:0::/:/bin/sh\nroot:x")),
          new Defect(
              "the shell is no login shell",
              "shells",
              "/etc/shells",
              image -> image.edit("etc/shells", "/bin/bash", "/bin/zsh")),
          new Defect("tini is gone", "entrypoint", "/sbin/tini", i -> i.remove("sbin/tini")),
          new Defect(
              "the start step is gone",
              "entrypoint",
              "/" + ASandbox.START,
              i -> i.remove(ASandbox.START)),
          new Defect("starts as root", "user", "User", i -> i.settings(s -> s.put("User", "0:0"))),
          new Defect(
              "starts without an init",
              "entrypoint",
              "Entrypoint",
              image -> image.settings(s -> s.putArray("Entrypoint").add("/bin/bash"))),
          new Defect(
              "starts nothing", "command", "Cmd", image -> image.settings(s -> s.remove("Cmd"))),
          new Defect(
              "starts in another directory",
              "working-directory",
              "WorkingDir",
              image -> image.settings(s -> s.put("WorkingDir", "/root"))),
          new Defect(
              "the user's programs are not on the path",
              "environment",
              "PATH",
              image -> image.environment("PATH", "/usr/bin:/bin")),
          new Defect(
              "a library is loaded first",
              "environment",
              "LD_PRELOAD",
              image -> image.environment("LD_PRELOAD", "/tmp/x.so")));

  private Defects() {}
}
