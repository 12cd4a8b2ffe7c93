package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A seccomp profile that was read once, so that the checked content is also the one that the engine
 * receives.
 *
 * @param source for messages
 * @param content in the form for an engine
 */
public record SeccompProfile(String source, JsonNode content) {

  /** The value that disables filtering, used in place of a file name. */
  public static final String UNCONFINED = "unconfined";

  private static final int MAX_BYTES = 1 << 20;

  /**
   * The known fields. Engines match names of fields in any case, so a field with another spelling
   * would take effect unchecked.
   */
  private static final Set<String> FIELDS =
      Set.of(
          "defaultAction",
          "defaultErrnoRet",
          "defaultErrno",
          "architectures",
          "archMap",
          "flags",
          "syscalls");

  private static final Set<String> RULE_FIELDS =
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

  private static final Set<String> CONDITION_FIELDS = Set.of("caps", "arches", "minKernel");
  private static final Set<String> ARGUMENT_FIELDS = Set.of("index", "value", "valueTwo", "op");

  /**
   * Actions that deny a call. The others pass it to a more privileged program (NOTIFY, TRACE) or
   * allow it (LOG).
   */
  private static final Set<String> DENYING =
      Set.of(
          "SCMP_ACT_ERRNO",
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_TRAP");

  private static final String ALLOW = "SCMP_ACT_ALLOW";
  private static final Set<String> HARMLESS_FLAGS =
      Set.of("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG");

  /**
   * System calls that Docker's own profile allows only with a capability. With a new user
   * namespace, some of them work for every user; keyrings and userfaultfd need no privilege at all.
   */
  private static final Set<String> DANGEROUS =
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
  private static final long NAMESPACES = 0x7E020000L;

  /**
   * Reads a profile.
   *
   * @throws UsageException if the file is not a regular file with JSON, or is too large
   */
  public static SeccompProfile read(String file) {
    try {
      Path path = path(file);
      // Checked before the opening, which would wait for the other end of a pipe.
      if (!Files.isRegularFile(path)) {
        throw new UsageException(
            "Cannot read the seccomp profile "
                + file
                + ": it is not a regular file. Name a file with a profile in JSON.");
      }
      try (InputStream in = Files.newInputStream(path)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new UsageException(
              "The seccomp profile " + file + " is larger than 1 MiB. Name a file with a profile.");
        }
        return new SeccompProfile(file, Json.parse(bytes, file));
      }
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read the seccomp profile " + file + ". Name a file with a profile in JSON.", e);
    } catch (VerificationException e) {
      throw new UsageException(
          "The seccomp profile is not JSON that engines read alike: "
              + e.getMessage()
              + ". Name a file with a profile in JSON.",
          e);
    }
  }

  private static Path path(String file) {
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new UsageException("There is no seccomp profile of that name. Name a file.", e);
    }
  }

  /**
   * Returns the objections to a profile as {@link SecurityOptions} name it; empty if it is left to
   * the engine.
   */
  public static List<String> objections(@Nullable String named) {
    if (named == null) {
      return List.of();
    }
    if (named.equals(UNCONFINED)) {
      return List.of("seccomp \"unconfined\" allows every system call of the host's kernel");
    }
    if (!Files.exists(path(named))) {
      return List.of(); // An export may name a file of the machine that it is made for.
    }
    try {
      return read(named).objections();
    } catch (UsageException e) {
      return List.of(e.getMessage());
    }
  }

  /** Returns the profile in the form of an engine's API. */
  public String json() {
    return new String(Json.write(content), StandardCharsets.UTF_8);
  }

  /**
   * Returns the reasons why the profile filters less than the engine's own, one sentence for each.
   */
  public List<String> objections() {
    List<String> found = new ArrayList<>();
    unknown(content, FIELDS).ifPresent(field -> found.add("has the unknown field " + field));
    String action = content.path("defaultAction").asText();
    if (!content.path("defaultAction").isTextual() || !DENYING.contains(action)) {
      found.add(
          "has the default action "
              + word(content.path("defaultAction"))
              + ", which does not deny the calls without a rule");
    }
    JsonNode rules = content.path("syscalls");
    if (!rules.isMissingNode() && !rules.isNull() && !rules.isArray()) {
      found.add("has system calls that are not a list");
    }
    content
        .path("flags")
        .forEach(
            flag -> {
              if (!HARMLESS_FLAGS.contains(flag.asText())) {
                found.add("has the flag " + word(flag));
              }
            });
    for (JsonNode rule : rules) {
      rule(rule).ifPresent(found::add);
    }
    return found.stream().distinct().map(each -> "seccomp profile " + source + " " + each).toList();
  }

  private static Optional<String> rule(JsonNode rule) {
    if (!rule.isObject()) {
      return Optional.of("has a rule that is not an object");
    }
    Optional<String> unknown = unknown(rule, RULE_FIELDS);
    for (String condition : List.of("includes", "excludes")) {
      unknown = unknown.or(() -> unknown(rule.path(condition), CONDITION_FIELDS));
    }
    for (JsonNode argument : rule.path("args")) {
      unknown = unknown.or(() -> unknown(argument, ARGUMENT_FIELDS));
    }
    if (unknown.isPresent()) {
      return unknown.map(field -> "has the unknown field " + field + " in a rule");
    }
    String action = rule.path("action").asText();
    if (DENYING.contains(action)) {
      return Optional.empty();
    }
    if (!action.equals(ALLOW)) {
      return Optional.of("has a rule with the action " + word(rule.path("action")));
    }
    if (needsPower(rule)) {
      return Optional.empty();
    }
    for (String name : names(rule)) {
      if (DANGEROUS.contains(name)) {
        return Optional.of("allows " + name + " without requiring a capability");
      }
      if (name.equals("clone") && !withoutNamespaces(rule)) {
        return Optional.of("allows clone to create namespaces");
      }
      if (!name.matches("[a-z0-9_]+")) {
        return Optional.of("names the system call " + word(rule.path("names")));
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the names of a rule's system calls; engines also support the older field {@code name}.
   */
  private static List<String> names(JsonNode rule) {
    List<String> names = new ArrayList<>();
    if (rule.has("name")) {
      names.add(rule.path("name").asText());
    }
    rule.path("names").forEach(name -> names.add(name.asText()));
    return names;
  }

  /**
   * Returns whether a rule applies only to containers with a dangerous capability, for which there
   * is a separate objection.
   */
  private static boolean needsPower(JsonNode rule) {
    for (JsonNode capability : rule.path("includes").path("caps")) {
      String name = capability.asText();
      if (name.startsWith("CAP_") && Capabilities.isDangerous(name.substring(4))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether a rule allows clone(2) only without new namespaces. Engines split two
   * conditions about one argument into separate rules, so that one fulfilled condition suffices.
   */
  private static boolean withoutNamespaces(JsonNode rule) {
    Set<Integer> indexes = new HashSet<>();
    for (JsonNode argument : rule.path("args")) {
      if (!indexes.add(argument.path("index").asInt())) {
        return false;
      }
    }
    for (JsonNode argument : rule.path("args")) {
      long mask = argument.path("value").asLong();
      if (argument.path("op").asText().equals("SCMP_CMP_MASKED_EQ")
          && (mask & NAMESPACES) == NAMESPACES
          && (argument.path("valueTwo").asLong() & NAMESPACES) == 0
          && argument.path("index").asInt(-1) == cloneFlags(rule)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the index of clone's flags argument, which is the second one on s390 only. */
  private static int cloneFlags(JsonNode rule) {
    JsonNode arches = rule.path("includes").path("arches");
    if (arches.isEmpty()) {
      return 0;
    }
    for (JsonNode each : arches) {
      if (!each.asText().startsWith("s390")) {
        return 0;
      }
    }
    return 1;
  }

  private static Optional<String> unknown(JsonNode object, Set<String> known) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names.stream()
        .filter(name -> !known.contains(name))
        .findFirst()
        .map(SeccompProfile::quoted);
  }

  private static String word(JsonNode node) {
    return quoted(node.isTextual() ? node.asText() : node.toString());
  }

  /** Returns a text from the file so that it cannot control a terminal. */
  private static String quoted(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return "\"" + plain.substring(0, Math.min(60, plain.length())) + "\"";
  }
}
