package ai.opencode.sandbox.install;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The directories in which apk keeps files that were created or changed locally: {@code etc}, and
 * those that lists in {@code etc/apk/protected_paths.d} name when a transaction begins. A rule
 * applies to a directory and everything below it; {@code -} lifts the protection. The other signs,
 * and rules for single files, only matter to {@code apk audit}.
 */
final class ProtectedDirectories {

  private static final String RULES = "etc/apk/protected_paths.d/";
  private static final List<String> ALWAYS = List.of("+etc", "@etc/init.d", "!etc/apk");

  private record Rule(boolean protects, List<Pattern> directories) {}

  private final List<Rule> rules = new ArrayList<>();

  private ProtectedDirectories() {}

  static ProtectedDirectories of(Root root) {
    ProtectedDirectories directories = new ProtectedDirectories();
    ALWAYS.forEach(directories::add);
    for (Map.Entry<String, Node> each : root.nodes().tailMap(RULES, false).entrySet()) {
      byte[] content = each.getValue().content();
      if (!each.getKey().startsWith(RULES)) {
        break;
      }
      if (content != null && each.getKey().endsWith(".list")) {
        TextLines.of(new String(content, StandardCharsets.UTF_8)).forEach(directories::add);
      }
    }
    return directories;
  }

  private void add(String line) {
    if (line.length() < 2 || "+-@!".indexOf(line.charAt(0)) < 0) {
      return;
    }
    List<Pattern> parts = new ArrayList<>();
    for (String part : line.substring(1).split("/", -1)) {
      if (!part.isEmpty()) {
        parts.add(ShellPattern.of(part));
      }
    }
    rules.add(new Rule(line.charAt(0) != '-', parts));
  }

  /** Returns whether a file's directory is protected. The last matching rule decides. */
  boolean contain(String path) {
    boolean protect = false;
    List<String> directories = List.of(path.split("/", -1));
    for (int depth = 1; depth < directories.size(); depth++) {
      for (Rule rule : rules) {
        if (matches(rule.directories(), directories.subList(0, depth))) {
          protect = rule.protects();
        }
      }
    }
    return protect;
  }

  private static boolean matches(List<Pattern> patterns, List<String> directories) {
    if (patterns.size() != directories.size()) {
      return false;
    }
    for (int i = 0; i < patterns.size(); i++) {
      if (!patterns.get(i).matcher(directories.get(i)).matches()) {
        return false;
      }
    }
    return true;
  }
}
