package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.Locale;

/** The engines with Docker's API, and their different interpretations of it. */
@Api
public enum EngineKind {
  /** Docker and compatible engines. */
  DOCKER {
    @Override
    String owner(WritablePath path) {
      return ",uid=" + path.uid() + ",gid=" + path.gid();
    }

    /** Docker's API takes the profile's content, while its command takes a file. */
    @Override
    String seccomp(String profile) {
      return SeccompProfile.read(profile).json();
    }
  },

  /**
   * Podman refuses {@code uid} and {@code gid} of a tmpfs. Without an owner the tmpfs would belong
   * to root with the mode of the image's directory, so that no other user could write to it.
   * Podman's own option {@code U} gives it to the container's user.
   */
  PODMAN {
    @Override
    String owner(WritablePath path) {
      return path.uid() == 0 ? "" : ",U";
    }

    /** Podman reads the file itself, so the file must be on the machine that Podman runs on. */
    @Override
    String seccomp(String profile) {
      return Path.of(profile).toAbsolutePath().toString();
    }
  };

  abstract String owner(WritablePath path);

  /** Returns a profile's file in the form of this engine's API. */
  abstract String seccomp(String profile);

  /** Returns the options of {@code --tmpfs}, in the engine's order. */
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
