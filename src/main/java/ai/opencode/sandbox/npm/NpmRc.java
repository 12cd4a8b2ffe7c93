package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an {@code .npmrc}: an ini file whose values may name environment variables. */
final class NpmRc {

  private static final long MAX_BYTES = 1 << 20;
  private static final Pattern VARIABLE =
      Pattern.compile("(?<!\\\\)(\\\\*)\\$\\{([^${}?]+)(\\?)?\\}");

  private NpmRc() {}

  /** Its settings; none where there is no such file. */
  static Map<String, String> read(Path file, Map<String, String> environment) {
    if (!Files.isRegularFile(file)) {
      return Map.of();
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException(file + ": larger than the " + MAX_BYTES + " bytes of an .npmrc");
      }
      // Not readString: a byte that is not UTF-8, in a comment say, is no reason to stop.
      return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), environment);
    } catch (IOException e) {
      throw new UsageException(
          file + " cannot be read (" + e.getMessage() + "); correct its permissions", e);
    }
  }

  static Map<String, String> parse(String text, Map<String, String> environment) {
    Map<String, String> settings = new TreeMap<>();
    for (String raw : (Iterable<String>) text.lines()::iterator) {
      String line = raw.strip();
      if (line.startsWith("[")) {
        // npm's settings come before any section; what follows one is somebody else's.
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

  /** Without quotes, or up to a comment where there are none. */
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

  /** As npm: an unknown {@code ${NAME}} stays as it is, an unknown {@code ${NAME?}} is empty. */
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
