package ai.opencode.sandbox;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The ways of starting an image under which the contract holds. */
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
      host.withCapDrop(Capability.ALL)
          .withCapAdd(Capability.NET_BIND_SERVICE)
          .withReadonlyRootfs(true)
          .withSecurityOpts(List.of("no-new-privileges"))
          .withTmpFs(writablePaths());
    }
  },

  /** Orchestrators such as OpenShift choose the uid, with group 0. */
  OTHER_UID {
    @Override
    void apply(CreateContainerCmd create, HostConfig host) {
      create.withUser("12345:0");
    }
  };

  abstract void apply(CreateContainerCmd create, HostConfig host);

  private static Map<String, String> writablePaths() {
    String common = "rw,exec,nosuid,nodev";
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("/tmp", common + ",size=512m,mode=1777");
    paths.put("/workspace", common + ",size=512m,uid=1000,gid=1000,mode=0775");
    paths.put("/home/opencode", common + ",size=512m,uid=1000,gid=1000,mode=0770");
    // Each level is named, because an engine makes missing mount points as root.
    for (String folder :
        List.of(
            ".cache",
            ".config",
            ".config/opencode",
            ".local",
            ".local/share",
            ".local/share/opencode",
            ".local/state")) {
      paths.put("/home/opencode/" + folder, common + ",size=512m,uid=1000,gid=1000,mode=0770");
    }
    return paths;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
