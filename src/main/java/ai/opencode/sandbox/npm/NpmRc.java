package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.FileFault;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A reader of {@code .npmrc}: an ini file whose values may contain environment variables. */
final class NpmRc {

  private static final long MAX_BYTES = 1 << 20;
  private static final Pattern VARIABLE =
      Pattern.compile("(?<!\\\\)(\\\\*)\\$\\{([^${}?]+)(\\?)?\\}");

  /** NPM_TOKEN, NODE_AUTH_TOKEN, MY_NPM_PASSWORD. */
  private static final Pattern OF_NPM = Pattern.compile("NPM|NODE_AUTH", Pattern.CASE_INSENSITIVE);

  /** Settings that name other files; npm, too, ignores them in a project's file. */
  private static final Set<String> NOT_OF_A_PROJECT =
      Set.of("globalconfig", "prefix", "userconfig");

  private NpmRc() {}

  /** Returns the settings of a file; none if it does not exist. */
  static Map<String, String> read(Path file, Map<String, String> environment) {
    return parse(text(file), environment);
  }

  /**
   * Returns the settings of a project's file. An agent may have written it, so it must not send a
   * variable anywhere: variables are expanded only in credentials, and only npm's own ones.
   */
  static Map<String, String> readProject(Path file, Map<String, String> environment) {
    String text = text(file);
    Map<String, String> ofNpm = new TreeMap<>(environment);
    ofNpm.keySet().removeIf(name -> !OF_NPM.matcher(name).find());
    Map<String, String> settings = parse(text, Map.of());
    parse(text, ofNpm)
        .forEach(
            (key, value) -> settings.computeIfPresent(key, (k, raw) -> credential(k, raw, value)));
    settings.keySet().removeAll(NOT_OF_A_PROJECT);
    return settings;
  }

  private static String credential(String key, String raw, String expanded) {
    return key.startsWith("//") ? expanded : raw;
  }

  private static String text(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException(
            file + " has more than the allowed " + MAX_BYTES + " bytes. Shorten it.");
      }
      // Unlike readString, this accepts a byte that is not UTF-8, which may be in a comment.
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException(
          file + " cannot be read (" + FileFault.of(e) + "). Make it a file that you may read.", e);
    }
  }

  static Map<String, String> parse(String text, Map<String, String> environment) {
    Map<String, String> settings = new TreeMap<>();
    for (String raw : (Iterable<String>) text.lines()::iterator) {
      String line = raw.strip();
      if (line.startsWith("[")) {
        // npm's settings precede all sections; sections belong to other programs.
        break;
      }
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith(";") && !line.startsWith("#")) {
        settings.put(
            expand(value(line.substring(0, equals)), environment),
            expand(value(line.substring(equals + 1)), environment));
      }
    }
    return settings;
  }

  /** Returns the value without quotes; an unquoted value ends at a comment. */
  private static String value(String raw) {
    String text = raw.strip();
    if (text.length() >= 2
        && (text.startsWith("\"") || text.startsWith("'"))
        && text.charAt(0) == text.charAt(text.length() - 1)) {
      return text.substring(1, text.length() - 1);
    }
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ';' || c == '#') {
        break;
      }
      if (c == '\\' && i + 1 < text.length() && "\\;#".indexOf(text.charAt(i + 1)) >= 0) {
        i++;
        c = text.charAt(i);
      }
      value.append(c);
    }
    return value.toString().strip();
  }

  /**
   * Expands variables as npm does: an unknown {@code ${NAME}} is kept, an unknown {@code ${NAME?}}
   * becomes empty.
   */
  static String expand(String text, Map<String, String> environment) {
    Matcher variable = VARIABLE.matcher(text);
    StringBuilder expanded = new StringBuilder();
    while (variable.find()) {
      String escapes = variable.group(1);
      String replacement;
      if (escapes.length() % 2 == 1) {
        replacement = variable.group().substring((escapes.length() + 1) / 2);
      } else {
        String otherwise = variable.group(3) == null ? "${" + variable.group(2) + "}" : "";
        replacement =
            escapes.substring(escapes.length() / 2)
                + environment.getOrDefault(variable.group(2), otherwise);
      }
      variable.appendReplacement(expanded, Matcher.quoteReplacement(replacement));
    }
    return variable.appendTail(expanded).toString();
  }
}
