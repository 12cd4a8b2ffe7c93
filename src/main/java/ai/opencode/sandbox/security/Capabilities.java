package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The capabilities of Linux (capabilities(7)), and the danger of each. */
final class Capabilities {

  static final String ALL = "ALL";

  /** Capabilities that give a container no additional power over other processes. */
  private static final Set<String> HARMLESS = Set.of("NET_BIND_SERVICE", "IPC_LOCK", "WAKE_ALARM");

  private static final Map<String, String> DANGERS =
      Map.ofEntries(
          Map.entry(ALL, "is every power of root over the host's kernel"),
          Map.entry("BPF", "loads programs into the host's kernel"),
          Map.entry("CHECKPOINT_RESTORE", "looks into other processes"),
          Map.entry("CHOWN", "takes over files of other users"),
          Map.entry("DAC_OVERRIDE", "ignores file permissions"),
          Map.entry("DAC_READ_SEARCH", "opens any file of the host by its handle"),
          Map.entry("FOWNER", "ignores the ownership of files"),
          Map.entry("FSETID", "keeps setuid bits on files that change"),
          Map.entry("LINUX_IMMUTABLE", "makes files of the workspace unremovable"),
          Map.entry("MAC_ADMIN", "changes the host's access policy"),
          Map.entry("MAC_OVERRIDE", "ignores the host's access policy"),
          Map.entry("MKNOD", "makes device files"),
          Map.entry("NET_ADMIN", "reconfigures networks"),
          Map.entry("NET_RAW", "forges packets of its neighbours on the network"),
          Map.entry("PERFMON", "observes the host's kernel"),
          Map.entry("SETFCAP", "hands out further capabilities through files"),
          Map.entry("SETGID", "becomes any group"),
          Map.entry("SETUID", "becomes any user"),
          Map.entry("SYSLOG", "reads the host's kernel log"),
          Map.entry("SYS_ADMIN", "mounts file systems and leaves the container"),
          Map.entry("SYS_BOOT", "reboots the host"),
          Map.entry("SYS_MODULE", "loads modules into the host's kernel"),
          Map.entry("SYS_PTRACE", "reads and changes the memory of other processes"),
          Map.entry("SYS_RAWIO", "reaches the host's devices and memory"),
          Map.entry("SYS_RESOURCE", "exceeds its resource limits"),
          Map.entry("SYS_TIME", "sets the host's clock"));

  /** Other capabilities of Linux. The list is here so that it does not need docker-java's. */
  private static final Set<String> OTHERS =
      Set.of(
          "AUDIT_CONTROL",
          "AUDIT_READ",
          "AUDIT_WRITE",
          "BLOCK_SUSPEND",
          "IPC_OWNER",
          "KILL",
          "LEASE",
          "NET_BROADCAST",
          "SETPCAP",
          "SYS_CHROOT",
          "SYS_NICE",
          "SYS_PACCT",
          "SYS_TTY_CONFIG");

  private static final Set<String> KNOWN = known();

  private Capabilities() {}

  private static Set<String> known() {
    Set<String> names = new TreeSet<>(OTHERS);
    names.addAll(HARMLESS);
    names.addAll(DANGERS.keySet());
    return names;
  }

  /**
   * Returns the names in the engines' spelling: upper case, without {@code CAP_}, sorted.
   *
   * @throws UsageException if a capability does not exist
   */
  static Set<String> normalized(Collection<String> names) {
    Set<String> normalized = new TreeSet<>();
    for (String name : names) {
      String upper = name.toUpperCase(Locale.ROOT);
      String bare = upper.startsWith("CAP_") ? upper.substring(4) : upper;
      if (!KNOWN.contains(bare)) {
        throw new UsageException(
            "\"" + name + "\" is not a Linux capability. Use a name from capabilities(7).");
      }
      normalized.add(bare);
    }
    return Collections.unmodifiableSet(normalized);
  }

  /**
   * Returns the reason not to add a capability, as the end of a sentence that starts with its name.
   */
  static Optional<String> danger(String name) {
    if (HARMLESS.contains(name)) {
      return Optional.empty();
    }
    return Optional.of(DANGERS.getOrDefault(name, "is a power that no task in a sandbox needs"));
  }

  /** Returns the names of all capabilities. */
  static Set<String> all() {
    return Collections.unmodifiableSet(KNOWN);
  }

  /** Returns whether the capability exists and is dangerous. */
  static boolean isDangerous(String name) {
    return KNOWN.contains(name) && danger(name).isPresent();
  }
}
