package ai.opencode.sandbox.security;

import java.util.Set;

/** The fields, actions, flags and system calls by which {@link SeccompJudgement} judges. */
final class SeccompRules {

  /**
   * The known fields of a profile. Engines match names of fields in any case, so a field that is
   * written in another case would take effect unchecked.
   */
  static final Set<String> FIELDS =
      Set.of(
          "defaultAction",
          "defaultErrnoRet",
          "defaultErrno",
          "architectures",
          "archMap",
          "flags",
          "syscalls");

  static final Set<String> RULE_FIELDS =
      Set.of(
          "name",
          "names",
          "action",
          "errnoRet",
          "errno",
          "args",
          "comment",
          "includes",
          "excludes");

  /** The known fields of a rule's {@code includes} and {@code excludes}. */
  static final Set<String> CONDITION_FIELDS = Set.of("caps", "arches", "minKernel");

  static final Set<String> ARGUMENT_FIELDS = Set.of("index", "value", "valueTwo", "op");

  /**
   * Actions that deny a call. The others pass it to a more privileged program (NOTIFY, TRACE) or
   * allow it (LOG).
   */
  static final Set<String> DENYING =
      Set.of(
          "SCMP_ACT_ERRNO",
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_TRAP");

  static final String ALLOW = "SCMP_ACT_ALLOW";
  static final Set<String> HARMLESS_FLAGS =
      Set.of("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG");

  /**
   * System calls that Docker's own profile denies, or allows only with a capability. The kernel
   * itself allows some of them to every user in a new user namespace, and those of keyrings and
   * userfaultfd even without one.
   */
  static final Set<String> DANGEROUS =
      Set.of(
          "_sysctl",
          "acct",
          "add_key",
          "bpf",
          "chroot",
          "clock_settime",
          "clock_settime64",
          "clone3",
          "create_module",
          "delete_module",
          "fanotify_init",
          "finit_module",
          "fsconfig",
          "fsmount",
          "fsopen",
          "fspick",
          "get_kernel_syms",
          "init_module",
          "ioperm",
          "iopl",
          "kexec_file_load",
          "kexec_load",
          "keyctl",
          "lookup_dcookie",
          "mount",
          "mount_setattr",
          "move_mount",
          "nfsservctl",
          "open_by_handle_at",
          "open_tree",
          "perf_event_open",
          "pivot_root",
          "query_module",
          "quotactl",
          "quotactl_fd",
          "reboot",
          "request_key",
          "setdomainname",
          "sethostname",
          "setns",
          "settimeofday",
          "stime",
          "swapoff",
          "swapon",
          "syslog",
          "umount",
          "umount2",
          "unshare",
          "uselib",
          "userfaultfd",
          "vhangup",
          "vm86",
          "vm86old");

  /** The flags of clone(2) that create namespaces. */
  static final long NAMESPACES = 0x7E020000L;

  private SeccompRules() {}
}
