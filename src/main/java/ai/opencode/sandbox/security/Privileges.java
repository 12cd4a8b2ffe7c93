package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.UserIds;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The privileges of a container's processes.
 *
 * @param user the user and the group
 * @param capDrop dropped capabilities, without {@code CAP_}, sorted; {@code ALL} for all
 * @param capAdd capabilities that are added after that
 * @param noNewPrivileges whether setuid programs and file capabilities have no effect
 * @param seccompProfile the file with the allowed system calls; null for the engine's own profile,
 *     which is the strict one
 */
@Api
public record Privileges(
    UserIds user,
    Set<String> capDrop,
    Set<String> capAdd,
    boolean noNewPrivileges,
    @Nullable String seccompProfile) {

  /**
   * Creates the privileges.
   *
   * @throws UsageException if a value is malformed
   */
  public Privileges {
    capDrop = Capabilities.normalized(capDrop);
    capAdd = Capabilities.normalized(capAdd);
  }

  public Privileges withUser(UserIds newUser) {
    return new Privileges(newUser, capDrop, capAdd, noNewPrivileges, seccompProfile);
  }

  public Privileges withCapDrop(Collection<String> newCapDrop) {
    return new Privileges(user, Set.copyOf(newCapDrop), capAdd, noNewPrivileges, seccompProfile);
  }

  public Privileges withCapAdd(Collection<String> newCapAdd) {
    return new Privileges(user, capDrop, Set.copyOf(newCapAdd), noNewPrivileges, seccompProfile);
  }

  public Privileges withNoNewPrivileges(boolean newNoNewPrivileges) {
    return new Privileges(user, capDrop, capAdd, newNoNewPrivileges, seccompProfile);
  }

  public Privileges withSeccompProfile(@Nullable String newSeccompProfile) {
    return new Privileges(user, capDrop, capAdd, noNewPrivileges, newSeccompProfile);
  }

  /** Returns the reasons why users and capabilities would not isolate a task. */
  List<String> objectionsToRoot() {
    List<String> objections = new ArrayList<>();
    if (user.isRoot()) {
      objections.add("user " + user + " is root, which owns the files of the image");
    }
    if (!capDrop.contains(Capabilities.ALL)) {
      objections.add("not all capabilities are dropped, so the engine's default ones remain");
    }
    for (String capability : capAdd) {
      Capabilities.danger(capability)
          .ifPresent(danger -> objections.add("capability " + capability + " " + danger));
    }
    return objections;
  }

  /**
   * Returns the security options of the engine's API.
   *
   * @param seccomp the profile in the form of that API; null for the engine's own
   */
  List<String> engineOptions(@Nullable String seccomp) {
    List<String> options = new ArrayList<>();
    if (noNewPrivileges) {
      options.add("no-new-privileges");
    }
    if (seccomp != null) {
      options.add("seccomp=" + seccomp);
    }
    return options;
  }

  /** Returns the security options of a file for an engine's programs, which read the profile. */
  List<String> profileOptions() {
    return engineOptions(seccompProfile);
  }

  /** Returns the profile in the form of an engine's API; null for the engine's own. */
  @Nullable String seccomp(EngineKind engine) {
    return seccompProfile == null || seccompProfile.equals(SeccompProfile.UNCONFINED)
        ? seccompProfile
        : engine.seccomp(seccompProfile);
  }
}
