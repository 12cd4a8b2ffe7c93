package ai.opencode.sandbox;

import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import java.util.Locale;

/** The ways of starting an image that the contract names. */
enum Profile {
  /** The start with {@code docker run IMAGE}. */
  PLAIN {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {}
  },

  /**
   * The start with the contract's hardened options: the root is read-only, and writable paths are
   * mounts, which hide the image's own files there.
   */
  HARDENED {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {
      SecurityOptions.hardened().applyTo(host);
    }
  },

  /** The start with a uid chosen by an orchestrator such as OpenShift, and group 0. */
  OTHER_UID {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {
      create.withUser("12345:0");
    }
  },

  /**
   * The start with only {@code docker run --read-only}: programs that write must say why they fail.
   */
  READ_ONLY {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {
      host.withReadonlyRootfs(true);
    }

    @Override
    String scratch() {
      return "/workspace";
    }
  };

  /** Returns the directory that scripts start in, as a word for a shell. */
  String scratch() {
    return "\"$(mktemp -d)\"";
  }

  abstract void apply(CreateContainerCmd create, HostConfig host);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
