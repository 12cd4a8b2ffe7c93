package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a container of a sandbox image may do. {@link #hardened()} is the least under which
 * everything in the images works; every {@code with…} method gives a changed copy.
 *
 * <p>With Testcontainers it is one line:
 *
 * <pre>{@code
 * container.withCreateContainerCmdModifier(create -> SecurityOptions.hardened().applyTo(create.getHostConfig()));
 * }</pre>
 *
 * @param user {@code UID:GID} in numbers
 * @param capDrop capabilities that are taken away, without {@code CAP_}, sorted; {@code ALL} for
 *     all
 * @param capAdd capabilities that are given after that
 * @param readonlyRootfs whether only {@code writablePaths} can be written to
 * @param noNewPrivileges whether setuid programs and file capabilities have no effect
 * @param usernsMode user namespace; null for what the engine does by itself, {@code host} to switch
 *     its remapping of users off
 * @param seccompProfile file with the system calls that are allowed; null for the engine's own
 *     profile, which is the strict one
 * @param networkMode null for the engine's default network, {@code none} for none
 */
public record SecurityOptions(
    String user,
    Set<String> capDrop,
    Set<String> capAdd,
    boolean readonlyRootfs,
    boolean noNewPrivileges,
    @Nullable String usernsMode,
    @Nullable String seccompProfile,
    @Nullable String networkMode,
    List<WritablePath> writablePaths,
    Limits limits) {

  private static final SecurityOptions HARDENED =
      new SecurityOptions(
          SandboxUser.OPENCODE.numeric(),
          Set.of(Capabilities.ALL),
          Set.of("NET_BIND_SERVICE"),
          true,
          true,
          null,
          null,
          null,
          WritablePath.of(SandboxUser.OPENCODE),
          new Limits(1024, 4L << 30));

  /**
   * @throws UsageException where a value could not be meant
   */
  public SecurityOptions {
    if (!user.matches("\\d{1,10}:\\d{1,10}")) {
      throw new UsageException(
          "\"" + user + "\" is not a user of a container; expected UID:GID in numbers");
    }
    for (String number : user.split(":", -1)) {
      // A larger one would be another user to the kernel, root for instance.
      if (Long.parseLong(number) > Integer.MAX_VALUE) {
        throw new UsageException("There is no user " + user + "; use numbers up to 2147483647");
      }
    }
    capDrop = Capabilities.normalized(capDrop);
    capAdd = Capabilities.normalized(capAdd);
    requireWord("user namespace mode", usernsMode);
    requireWord("network mode", networkMode);
    writablePaths = List.copyOf(writablePaths);
  }

  private static void requireWord(String what, @Nullable String value) {
    if (value != null && !value.matches("[A-Za-z0-9][A-Za-z0-9_.:=,@/-]*")) {
      throw new UsageException("\"" + value + "\" is not a " + what);
    }
  }

  /**
   * No capability but {@code NET_BIND_SERVICE}, a read-only root file system with the writable
   * paths of the sandbox images, no way to more privileges, limits on processes and memory, the
   * engine's own seccomp profile and user namespace.
   */
  public static SecurityOptions hardened() {
    return HARDENED;
  }

  public SecurityOptions withUser(String newUser) {
    return new SecurityOptions(
        newUser,
        capDrop,
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withCapDrop(Collection<String> newCapDrop) {
    return new SecurityOptions(
        user,
        Set.copyOf(newCapDrop),
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withCapAdd(Collection<String> newCapAdd) {
    return new SecurityOptions(
        user,
        capDrop,
        Set.copyOf(newCapAdd),
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withReadonlyRootfs(boolean newReadonlyRootfs) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        newReadonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withNoNewPrivileges(boolean newNoNewPrivileges) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        readonlyRootfs,
        newNoNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withUsernsMode(@Nullable String newUsernsMode) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        newUsernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withSeccompProfile(@Nullable String newSeccompProfile) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        newSeccompProfile,
        networkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withNetworkMode(@Nullable String newNetworkMode) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        newNetworkMode,
        writablePaths,
        limits);
  }

  public SecurityOptions withWritablePaths(List<WritablePath> newWritablePaths) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        newWritablePaths,
        limits);
  }

  /** With one path more, or another one in place of the one of the same name. */
  public SecurityOptions withWritablePath(WritablePath path) {
    Map<String, WritablePath> byPath = new LinkedHashMap<>();
    writablePaths.forEach(each -> byPath.put(each.path(), each));
    byPath.put(path.path(), path);
    return withWritablePaths(List.copyOf(byPath.values()));
  }

  public SecurityOptions withLimits(Limits newLimits) {
    return new SecurityOptions(
        user,
        capDrop,
        capAdd,
        readonlyRootfs,
        noNewPrivileges,
        usernsMode,
        seccompProfile,
        networkMode,
        writablePaths,
        newLimits);
  }

  /**
   * Why these options would not keep a task in its sandbox, one sentence for each; empty where they
   * do. {@code usernsMode} {@code host} is not among the reasons: what it gives up is the engine's
   * to offer, and the exports say it. A seccomp profile is read and judged by what it allows.
   */
  public List<String> objections() {
    List<String> objections = objectionsButToSeccomp();
    objections.addAll(SeccompProfile.objections(seccompProfile));
    return List.copyOf(objections);
  }

  /** Leaves the profile out, which is a file that may change between two looks at it. */
  public List<String> objectionsButToSeccomp() {
    List<String> objections = new ArrayList<>();
    if (uid() == 0) {
      objections.add("user " + user + " is root, who owns the files of the image");
    }
    if (!capDrop.contains(Capabilities.ALL)) {
      objections.add("not all capabilities are dropped, so the engine's default ones stay");
    }
    for (String capability : capAdd) {
      Capabilities.danger(capability)
          .ifPresent(danger -> objections.add("capability " + capability + " " + danger));
    }
    if (!readonlyRootfs) {
      objections.add("a writable root file system lets a task replace the tools it is judged by");
    }
    if (!noNewPrivileges) {
      objections.add("without no-new-privileges a setuid program makes a task root");
    }
    if (usernsMode != null && usernsMode.matches("(?i)(container|ns):.*")) {
      objections.add(
          "user namespace mode \"" + usernsMode + "\" joins users who are not this container's");
    }
    network().ifPresent(objections::add);
    return objections;
  }

  /** Whether a network of that name exists is the engine's to say. */
  private Optional<String> network() {
    if (networkMode == null || networkMode.matches("none|bridge|default")) {
      return Optional.empty();
    }
    if (networkMode.matches("(?i)host|(container|ns):.*")) {
      return Optional.of(
          "network mode \""
              + networkMode
              + "\" shares a network stack, with every service that listens on its loopback");
    }
    return networkMode.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")
            && !networkMode.matches("(?i)private|pasta|slirp4netns")
        ? Optional.empty()
        : Optional.of(
            "network mode \""
                + networkMode
                + "\" is neither none nor bridge nor the name of a network, and may lead to the"
                + " host's loopback");
  }

  /**
   * Puts these options into the host configuration of a container that Docker is to create; for
   * Podman, {@link #applyTo(HostConfig, EngineKind)}.
   */
  public void applyTo(HostConfig host) {
    applyTo(host, EngineKind.DOCKER);
  }

  /** Puts these options into the host configuration of a container that is to be created. */
  public void applyTo(HostConfig host, EngineKind engine) {
    applyTo(host, path -> true, engine, seccomp(engine));
  }

  /**
   * @param ownStorage whether a writable path is to have storage of its own; false where the caller
   *     mounts something else there
   * @param seccomp the profile as the engine's API takes it; null for the engine's own
   */
  public void applyTo(
      HostConfig host,
      Predicate<WritablePath> ownStorage,
      EngineKind engine,
      @Nullable String seccomp) {
    host.withCapDrop(Capabilities.of(capDrop))
        .withCapAdd(Capabilities.of(capAdd))
        .withReadonlyRootfs(readonlyRootfs)
        .withSecurityOpts(securityOptions(seccomp))
        .withGroupAdd(supplementaryGroups())
        .withPidsLimit(limits.pids())
        .withMemory(limits.memoryBytes())
        .withMemorySwap(limits.memoryBytes());
    if (usernsMode != null) {
      host.withUsernsMode(usernsMode);
    }
    if (networkMode != null) {
      host.withNetworkMode(networkMode);
    }
    Map<String, String> tmpfs = new LinkedHashMap<>();
    if (host.getTmpFs() != null) {
      tmpfs.putAll(host.getTmpFs());
    }
    List<Mount> mounts = new ArrayList<>();
    if (host.getMounts() != null) {
      mounts.addAll(host.getMounts());
    }
    for (WritablePath each : writablePaths) {
      if (!ownStorage.test(each)) {
        continue;
      }
      if (each.storage() == Storage.TMPFS) {
        tmpfs.put(each.path(), engine.tmpfsOptions(each));
      } else {
        mounts.add(new Mount().withType(MountType.VOLUME).withTarget(each.path()));
      }
    }
    host.withTmpFs(tmpfs).withMounts(mounts);
  }

  public long uid() {
    return Long.parseLong(user.substring(0, user.indexOf(':')));
  }

  public long gid() {
    return Long.parseLong(user.substring(user.indexOf(':') + 1));
  }

  /**
   * The writable paths belong to the user of the image and to group 0: any other user gets at them
   * through that group.
   */
  public List<String> supplementaryGroups() {
    boolean reached =
        gid() == 0
            || writablePaths.stream().allMatch(each -> each.uid() == uid() || each.uid() == 0);
    return reached ? List.of() : List.of("0");
  }

  private @Nullable String seccomp(EngineKind engine) {
    return seccompProfile == null || seccompProfile.equals(SeccompProfile.UNCONFINED)
        ? seccompProfile
        : engine.seccomp(seccompProfile);
  }

  private List<String> securityOptions(@Nullable String seccomp) {
    List<String> options = new ArrayList<>();
    if (noNewPrivileges) {
      options.add("no-new-privileges");
    }
    if (seccomp != null) {
      options.add("seccomp=" + seccomp);
    }
    return options;
  }
}
