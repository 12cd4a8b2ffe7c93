package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.UserIds;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import com.github.dockerjava.api.model.HostConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of a container of a sandbox image. {@link #hardened()} is the minimum under which
 * all programs of the images work. Every {@code with…} method returns a changed copy.
 *
 * <p>With Testcontainers it is one line:
 *
 * <pre>{@code
 * container.withCreateContainerCmdModifier(create -> SecurityOptions.hardened().applyTo(create.getHostConfig()));
 * }</pre>
 */
@Api
public record SecurityOptions(
    Privileges privileges, Namespaces namespaces, RootFilesystem rootFilesystem, Limits limits) {

  private static final SecurityOptions HARDENED =
      new SecurityOptions(
          new Privileges(
              SandboxUser.OPENCODE.ids(),
              Set.of(Capabilities.ALL),
              Set.of("NET_BIND_SERVICE"),
              true,
              null),
          Namespaces.standard(),
          new RootFilesystem(true, WritablePath.of(SandboxUser.OPENCODE)),
          new Limits(1024, 4L << 30, null));

  /**
   * Returns the hardened options: no capability but {@code NET_BIND_SERVICE}, a read-only root file
   * system with the writable paths of the sandbox images, no gain of privileges, limits on
   * processes and memory, the engine's own seccomp profile and user namespace.
   */
  public static SecurityOptions hardened() {
    return HARDENED;
  }

  /** Returns the hardened options for an image: with its user and its writable paths. */
  public static SecurityOptions hardenedFor(ImageDefinition image) {
    return hardened().withUser(image.user().ids()).withWritablePaths(image.writablePaths());
  }

  /**
   * Returns a copy with the writable paths and the user that a finished image tells by its label
   * {@code ai.opencode.sandbox.writable}; an image without that label has those of every sandbox. A
   * path that was added to these options, or changed in them, stays as it is; so does a user.
   *
   * @param labels the labels of the image
   * @param user the user in the configuration of the image
   * @throws UsageException if the label has another form, or names a path at which nothing may be
   *     mounted
   */
  public SecurityOptions forImage(Map<String, String> labels, String user) {
    return ImagePaths.of(labels, user).map(image -> image.appliedTo(this)).orElse(this);
  }

  public UserIds user() {
    return privileges.user();
  }

  public Set<String> capDrop() {
    return privileges.capDrop();
  }

  public Set<String> capAdd() {
    return privileges.capAdd();
  }

  public boolean noNewPrivileges() {
    return privileges.noNewPrivileges();
  }

  public @Nullable String seccompProfile() {
    return privileges.seccompProfile();
  }

  public @Nullable String usernsMode() {
    return namespaces.user();
  }

  public @Nullable String networkMode() {
    return namespaces.network();
  }

  /** Returns the hosts that a proxy of the run lets through; null without such a proxy. */
  public @Nullable AllowedHosts allowedHosts() {
    return namespaces.allowed();
  }

  public boolean readonlyRootfs() {
    return rootFilesystem.readonly();
  }

  public List<WritablePath> writablePaths() {
    return rootFilesystem.writablePaths();
  }

  public SecurityOptions withPrivileges(Privileges newPrivileges) {
    return new SecurityOptions(newPrivileges, namespaces, rootFilesystem, limits);
  }

  public SecurityOptions withUser(UserIds user) {
    return withPrivileges(privileges.withUser(user));
  }

  /**
   * Returns a copy with another user.
   *
   * @param user {@code UID:GID} in numbers
   * @throws UsageException if the text has another form
   */
  public SecurityOptions withUser(String user) {
    return withUser(UserIds.of(user));
  }

  public SecurityOptions withCapDrop(Collection<String> capDrop) {
    return withPrivileges(privileges.withCapDrop(capDrop));
  }

  public SecurityOptions withCapAdd(Collection<String> capAdd) {
    return withPrivileges(privileges.withCapAdd(capAdd));
  }

  public SecurityOptions withNoNewPrivileges(boolean noNewPrivileges) {
    return withPrivileges(privileges.withNoNewPrivileges(noNewPrivileges));
  }

  public SecurityOptions withSeccompProfile(@Nullable String profile) {
    return withPrivileges(privileges.withSeccompProfile(profile));
  }

  public SecurityOptions withNamespaces(Namespaces newNamespaces) {
    return new SecurityOptions(privileges, newNamespaces, rootFilesystem, limits);
  }

  public SecurityOptions withUsernsMode(@Nullable String mode) {
    return withNamespaces(namespaces.withUser(mode));
  }

  public SecurityOptions withNetworkMode(@Nullable String mode) {
    return withNamespaces(namespaces.withNetwork(mode));
  }

  /** Returns a copy without network, but with a proxy that lets these hosts through. */
  public SecurityOptions withAllowedHosts(AllowedHosts hosts) {
    return withNamespaces(namespaces.withAllowed(hosts));
  }

  public SecurityOptions withRootFilesystem(RootFilesystem newRootFilesystem) {
    return new SecurityOptions(privileges, namespaces, newRootFilesystem, limits);
  }

  public SecurityOptions withReadonlyRootfs(boolean readonly) {
    return withRootFilesystem(rootFilesystem.withReadonly(readonly));
  }

  public SecurityOptions withWritablePaths(List<WritablePath> paths) {
    return withRootFilesystem(rootFilesystem.withWritablePaths(paths));
  }

  /** Returns a copy with a path added, or replaced if one has the same name. */
  public SecurityOptions withWritablePath(WritablePath path) {
    return withRootFilesystem(rootFilesystem.withWritablePath(path));
  }

  /**
   * Returns a copy in which a path is a tmpfs of a size.
   *
   * @throws UsageException if the path cannot be a tmpfs
   */
  public SecurityOptions withTmpfs(String path, long sizeBytes) {
    return withRootFilesystem(rootFilesystem.withTmpfs(path, sizeBytes));
  }

  public SecurityOptions withLimits(Limits newLimits) {
    return new SecurityOptions(privileges, namespaces, rootFilesystem, newLimits);
  }

  /**
   * Returns the reasons why these options would not isolate a task, one sentence for each; empty if
   * they isolate it. {@code usernsMode} {@code host} is not among the reasons, because it only
   * disables an optional protection of the engine, and exports mention it. The content of a seccomp
   * profile is checked.
   */
  public List<String> objections() {
    List<String> objections = objectionsButToSeccomp();
    objections.addAll(SeccompProfile.objections(seccompProfile()));
    return List.copyOf(objections);
  }

  /**
   * Returns the objections without those to the seccomp profile, whose file could change between
   * two checks.
   */
  public List<String> objectionsButToSeccomp() {
    List<String> objections = new ArrayList<>(privileges.objectionsToRoot());
    if (!readonlyRootfs()) {
      objections.add("a writable root file system lets a task replace the tools that check it");
    }
    if (!noNewPrivileges()) {
      objections.add("without no-new-privileges a setuid program gives a task root's privileges");
    }
    objections.addAll(namespaces.objections());
    return objections;
  }

  /**
   * Adds these options to the host configuration of a Docker container; for Podman use {@link
   * #applyTo(HostConfig, EngineKind)}.
   */
  public void applyTo(HostConfig host) {
    applyTo(host, EngineKind.DOCKER);
  }

  /** Adds these options to the host configuration of a container. */
  public void applyTo(HostConfig host, EngineKind engine) {
    applyTo(host, path -> true, engine, privileges.seccomp(engine));
  }

  /**
   * Adds these options to the host configuration of a container.
   *
   * @param ownStorage whether a writable path gets storage of its own; false if the caller mounts
   *     something else there
   * @param seccomp the profile in the form of the engine's API; null for the engine's own
   */
  public void applyTo(
      HostConfig host,
      Predicate<WritablePath> ownStorage,
      EngineKind engine,
      @Nullable String seccomp) {
    new EngineHostConfig(this, engine).apply(host, ownStorage, seccomp);
  }

  public long uid() {
    return user().uid();
  }

  public long gid() {
    return user().gid();
  }

  /**
   * Returns group 0 if the user needs it: the writable paths belong to the image's user and to
   * group 0, through which any other user can write to them.
   */
  public List<String> supplementaryGroups() {
    boolean reached =
        gid() == 0
            || writablePaths().stream().allMatch(each -> each.uid() == uid() || each.uid() == 0);
    return reached ? List.of() : List.of("0");
  }
}
