package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.Locale;

/** The engines that speak Docker's API, where they do not mean the same by it. */
@Api
public enum EngineKind {
  /** Docker, and whatever does as it does. */
  DOCKER {
    @Override
    String owner(WritablePath path) {
      return ",uid=" + path.uid() + ",gid=" + path.gid();
    }

    /** Docker's API takes the profile itself where its command takes a file. */
    @Override
    String seccomp(String profile) {
      return SeccompProfile.read(profile).json();
    }
  },

  /**
   * Podman refuses {@code uid} and {@code gid} of a tmpfs. Without an owner it would be root's with
   * the mode of the image's directory, so that nobody else can write to it; its own {@code U} gives
   * it to the container's user.
   */
  PODMAN {
    @Override
    String owner(WritablePath path) {
      return path.uid() == 0 ? "" : ",U";
    }

    /** Podman reads the file itself, so it must be one of the machine that Podman runs on. */
    @Override
    String seccomp(String profile) {
      return Path.of(profile).toAbsolutePath().toString();
    }
  };

  abstract String owner(WritablePath path);

  /** A profile's file as this engine's API takes it. */
  abstract String seccomp(String profile);

  /** The options of {@code --tmpfs}, in its order. */
  String tmpfsOptions(WritablePath path) {
    return "rw,"
        + (path.exec() ? "exec" : "noexec")
        + ",nosuid,nodev,size="
        + path.sizeMebibytes()
        + "m,mode="
        + String.format(Locale.ROOT, "%04o", path.mode())
        + owner(path);
  }
}
