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
 * The folders in which apk leaves a file alone that somebody has made or changed: {@code etc}, and
 * what lists in {@code etc/apk/protected_paths.d} say when a transaction begins. A rule holds for a
 * folder and what is in it; {@code -} lifts the protection, and the other signs only matter to
 * {@code apk audit}. Rules for single files are for audits too.
 */
final class ProtectedFolders {

  private static final String RULES = "etc/apk/protected_paths.d/";
  private static final List<String> ALWAYS = List.of("+etc", "@etc/init.d", "!etc/apk");

  private record Rule(boolean protects, List<Pattern> folders) {}

  private final List<Rule> rules = new ArrayList<>();

  private ProtectedFolders() {}

  static ProtectedFolders of(Root root) {
    ProtectedFolders folders = new ProtectedFolders();
    ALWAYS.forEach(folders::add);
    for (Map.Entry<String, Node> each : root.nodes().tailMap(RULES, false).entrySet()) {
      byte[] content = each.getValue().content();
      if (!each.getKey().startsWith(RULES)) {
        break;
      }
      if (content != null && each.getKey().endsWith(".list")) {
        TextLines.of(new String(content, StandardCharsets.UTF_8)).forEach(folders::add);
      }
    }
    return folders;
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

  /** Whether a file's folder is protected; of several rules for a folder the last one holds. */
  boolean contain(String path) {
    boolean protect = false;
    List<String> folders = List.of(path.split("/", -1));
    for (int depth = 1; depth < folders.size(); depth++) {
      for (Rule rule : rules) {
        if (matches(rule.folders(), folders.subList(0, depth))) {
          protect = rule.protects();
        }
      }
    }
    return protect;
  }

  private static boolean matches(List<Pattern> patterns, List<String> folders) {
    if (patterns.size() != folders.size()) {
      return false;
    }
    for (int i = 0; i < patterns.size(); i++) {
      if (!patterns.get(i).matcher(folders.get(i)).matches()) {
        return false;
      }
    }
    return true;
  }
}
