package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.definition.file.Nearest;
import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.Limits;
import ai.opencode.sandbox.security.SecurityOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run} and {@code security} that change the hardened options. */
final class SecurityFlags {

  @CommandLineOnly
  @Option(
      names = "--user",
      paramLabel = "UID:GID",
      description =
          "Numeric user and group (default: 1000:1000; for run, the owner of the workspace).")
  private @Nullable String user;

  @CommandLineOnly(unless = "none")
  @Option(
      names = "--network",
      paramLabel = "MODE",
      description =
          "none, bridge or the name of one of the engine's networks (default: the engine's default network); or"
              + " allow:HOST[:PORT],... for these hosts only, by HTTP and HTTPS: *.example.com for"
              + " all names in that domain, ports 80 and 443 by default, =private after an entry for a host"
              + " in a private network.")
  private @Nullable String network;

  @CommandLineOnly
  @Option(
      names = "--userns",
      paramLabel = "MODE",
      description =
          "User namespace mode; \"host\" switches off the engine's remapping of users, which"
              + " isolates less.")
  private @Nullable String userns;

  @CommandLineOnly
  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Memory limit, for instance 4g, tmpfs included.")
  private @Nullable String memory;

  @CommandLineOnly
  @Option(
      names = "--pids-limit",
      paramLabel = "NUMBER",
      description = "Limit of processes and threads at once.")
  private @Nullable Long pids;

  @CommandLineOnly
  @Option(
      names = "--cpus",
      paramLabel = "NUMBER",
      description = "Limit of processor time, in processors: 2, 1.5 (default: none).")
  private @Nullable String cpus;

  @CommandLineOnly
  @Option(
      names = "--cap-add",
      paramLabel = "CAPABILITY",
      description = "Adds a capability. May be repeated.")
  private List<String> capAdd = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--seccomp",
      paramLabel = "FILE",
      description = "Seccomp profile in place of the engine's own.")
  private @Nullable String seccomp;

  @CommandLineOnly
  @Option(names = "--writable", description = "Lets the container write to its whole file system.")
  private boolean writable;

  @CommandLineOnly
  @Option(
      names = "--tmpfs",
      paramLabel = "PATH=SIZE",
      description =
          "Size of the tmpfs at a writable path, such as /home/opencode/.cache=2g, or a further"
              + " one. It counts towards the memory limit. May be repeated.")
  private List<String> tmpfs = new ArrayList<>();

  boolean namesUser() {
    return user != null;
  }

  SecurityOptions options() {
    SecurityOptions options =
        SecurityOptions.hardened()
            .withUsernsMode(userns)
            .withSeccompProfile(seccomp)
            .withReadonlyRootfs(!writable);
    options =
        network != null && isAllowedHosts(network)
            ? options.withAllowedHosts(AllowedHosts.of(network))
            : options.withNetworkMode(network);
    if (user != null) {
      options = options.withUser(user);
    }
    for (String each : tmpfs) {
      options = withTmpfs(options, each);
    }
    Limits limits = options.limits();
    if (memory != null) {
      limits = limits.withMemoryBytes(Limits.bytes(memory));
    }
    if (pids != null) {
      limits = limits.withPids(pids);
    }
    if (cpus != null) {
      limits = limits.withCpus(Cpus.of(cpus));
    }
    Set<String> capabilities = new LinkedHashSet<>(options.capAdd());
    capabilities.addAll(capAdd);
    return options.withLimits(limits).withCapAdd(capabilities);
  }

  private static SecurityOptions withTmpfs(SecurityOptions options, String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 0) {
      throw new UsageException(
          "\"" + text + "\" is not a tmpfs. Use PATH=SIZE, such as /home/opencode/.cache=2g.");
    }
    return options.withTmpfs(text.substring(0, equals), Limits.bytes(text.substring(equals + 1)));
  }

  private static boolean isAllowedHosts(String network) {
    if (network.startsWith(AllowedHosts.PREFIX)) {
      return true;
    }
    int colon = network.indexOf(':') + 1;
    if (Nearest.to(network.substring(0, colon), List.of(AllowedHosts.PREFIX)).isPresent()) {
      throw new UsageException(
          "--network "
              + network
              + " has no known form. Did you mean "
              + AllowedHosts.PREFIX
              + network.substring(colon)
              + "?");
    }
    return false;
  }
}
