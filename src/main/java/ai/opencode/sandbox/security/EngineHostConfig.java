package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Security options as the host configuration of an engine's API. */
record EngineHostConfig(SecurityOptions options, EngineKind engine) {

  /**
   * Adds the options to a host configuration.
   *
   * @param ownStorage whether a writable path gets storage of its own; false if the caller mounts
   *     something else there
   * @param seccomp the profile in the form of the engine's API; null for the engine's own
   */
  void apply(HostConfig host, Predicate<WritablePath> ownStorage, @Nullable String seccomp) {
    Limits limits = options.limits();
    host.withCapDrop(capabilities(options.capDrop()))
        .withCapAdd(capabilities(options.capAdd()))
        .withReadonlyRootfs(options.readonlyRootfs())
        .withSecurityOpts(options.privileges().engineOptions(seccomp))
        .withGroupAdd(options.supplementaryGroups())
        .withPidsLimit(limits.pids())
        .withMemory(limits.memoryBytes())
        .withMemorySwap(limits.memoryBytes());
    if (limits.cpus() != null) {
      host.withNanoCPUs(limits.cpus().billionths());
    }
    if (options.usernsMode() != null) {
      host.withUsernsMode(options.usernsMode());
    }
    if (options.networkMode() != null) {
      host.withNetworkMode(options.networkMode());
    }
    mount(host, options.writablePaths().stream().filter(ownStorage).toList());
  }

  private void mount(HostConfig host, List<WritablePath> paths) {
    Map<String, String> tmpfs = new LinkedHashMap<>();
    if (host.getTmpFs() != null) {
      tmpfs.putAll(host.getTmpFs());
    }
    List<Mount> mounts = new ArrayList<>();
    if (host.getMounts() != null) {
      mounts.addAll(host.getMounts());
    }
    for (WritablePath each : paths) {
      if (each.storage() == Storage.TMPFS) {
        tmpfs.put(each.path(), engine.tmpfsOptions(each));
      } else {
        mounts.add(new Mount().withType(MountType.VOLUME).withTarget(each.path()));
      }
    }
    host.withTmpFs(tmpfs).withMounts(mounts);
  }

  private static Capability[] capabilities(Set<String> names) {
    return names.stream().map(Capability::valueOf).toArray(Capability[]::new);
  }
}
