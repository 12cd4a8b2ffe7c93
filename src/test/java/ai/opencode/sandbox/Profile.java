package ai.opencode.sandbox;

import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import java.util.Locale;

/** The ways of starting an image that the contract speaks of. */
enum Profile {
  /** {@code docker run IMAGE}. */
  PLAIN {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {}
  },

  /**
   * The hardened options of the contract: nothing of the image can be written to, and what must be
   * writable is a file system of its own. Those hide what the image has in the same places.
   */
  HARDENED {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {
      SecurityOptions.hardened().applyTo(host);
    }
  },

  /** Orchestrators such as OpenShift choose the uid, with group 0. */
  OTHER_UID {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {
      create.withUser("12345:0");
    }
  },

  /** {@code docker run --read-only} and nothing else: what writes must fail, and say why. */
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

  /** Where scripts start, as a word for a shell. */
  String scratch() {
    return "\"$(mktemp -d)\"";
  }

  abstract void apply(CreateContainerCmd create, HostConfig host);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
