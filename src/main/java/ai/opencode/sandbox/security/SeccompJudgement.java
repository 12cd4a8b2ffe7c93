package ai.opencode.sandbox.security;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The comparison of a seccomp profile with an engine's own, by {@link SeccompRules}. */
final class SeccompJudgement {

  private SeccompJudgement() {}

  /** Returns the reasons why a profile filters less than the engine's own, as ends of sentences. */
  static List<String> objections(JsonNode content) {
    List<String> found = new ArrayList<>();
    unknown(content, SeccompRules.FIELDS)
        .ifPresent(field -> found.add("has the unknown field " + field));
    String action = content.path("defaultAction").asText();
    if (!content.path("defaultAction").isTextual() || !SeccompRules.DENYING.contains(action)) {
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
              if (!SeccompRules.HARMLESS_FLAGS.contains(flag.asText())) {
                found.add("has the flag " + word(flag));
              }
            });
    for (JsonNode rule : rules) {
      rule(rule).ifPresent(found::add);
    }
    return found.stream().distinct().toList();
  }

  private static Optional<String> rule(JsonNode rule) {
    if (!rule.isObject()) {
      return Optional.of("has a rule that is not an object");
    }
    Optional<String> unknown = unknown(rule, SeccompRules.RULE_FIELDS);
    for (String condition : List.of("includes", "excludes")) {
      unknown = unknown.or(() -> unknown(rule.path(condition), SeccompRules.CONDITION_FIELDS));
    }
    for (JsonNode argument : rule.path("args")) {
      unknown = unknown.or(() -> unknown(argument, SeccompRules.ARGUMENT_FIELDS));
    }
    if (unknown.isPresent()) {
      return unknown.map(field -> "has the unknown field " + field + " in a rule");
    }
    String action = rule.path("action").asText();
    if (SeccompRules.DENYING.contains(action)) {
      return Optional.empty();
    }
    if (!action.equals(SeccompRules.ALLOW)) {
      return Optional.of("has a rule with the action " + word(rule.path("action")));
    }
    if (needsPower(rule)) {
      return Optional.empty();
    }
    for (String name : names(rule)) {
      if (SeccompRules.DANGEROUS.contains(name)) {
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
          && (mask & SeccompRules.NAMESPACES) == SeccompRules.NAMESPACES
          && (argument.path("valueTwo").asLong() & SeccompRules.NAMESPACES) == 0
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
        .map(SeccompJudgement::quoted);
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
