package ai.opencode.sandbox.run;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.Limits;
import ai.opencode.sandbox.security.SecurityOptions;
import java.util.List;

/** Options that all differ from the standard ones, and a script that reads them in a container. */
final class OtherOptions {

  private static final long MIB = 1L << 20;

  /**
   * The script; it has no single quotes. The kernel's files for limits have other names in the
   * second version of control groups.
   */
  static final String SCRIPT =
      "id -u; grep CapBnd /proc/self/status; ls /sys/class/net;"
          + " for path in /tmp /home/opencode/.local /home/opencode/.cache /data;"
          + " do grep \" $path tmpfs \" /proc/mounts | grep -o \"size=[0-9]*k\"; done;"
          + " cd /sys/fs/cgroup;"
          + " cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max;"
          + " cat pids/pids.max 2>/dev/null || cat pids.max;"
          + " cat cpu/cpu.cfs_quota_us 2>/dev/null || cut -d\" \" -f1 cpu.max;"
          + " touch /etc/x 2>/dev/null && echo writable;"
          + " echo a >/data/x && cat /data/x";

  /** The answer; the second size is that of {@link SecurityOptions#hardened()}. */
  static final String ANSWER =
      String.join(
          "\n",
          "2000",
          "CapBnd:\t0000000000000421",
          "lo",
          "size=1048576k",
          "size=307200k",
          "size=1572864k",
          "size=102400k",
          String.valueOf(700 * MIB),
          "77",
          "150000",
          "a",
          "");

  private OtherOptions() {}

  /** Returns a command line of a shell that ends with the image, followed by the script. */
  static String in(String command) {
    return command.stripTrailing() + " sh -c '" + SCRIPT + "'";
  }

  static SecurityOptions options() {
    SecurityOptions hardened = SecurityOptions.hardened();
    Limits limits =
        hardened.limits().withPids(77).withMemoryBytes(700 * MIB).withCpus(Cpus.of("1.5"));
    return hardened
        .withUser("2000:0")
        .withCapAdd(List.of("NET_BIND_SERVICE", "CHOWN", "KILL"))
        .withLimits(limits)
        .withAllowedHosts(AllowedHosts.of("model.example,host.docker.internal:1=private"))
        .withTmpfs("/home/opencode/.local", 300 * MIB)
        .withTmpfs("/data", 100 * MIB);
  }
}
