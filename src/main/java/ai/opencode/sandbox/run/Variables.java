package ai.opencode.sandbox.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules for environment variables of the form {@code NAME=VALUE}. */
final class Variables {

  /** Linux's limit for one variable, without the NUL byte that ends it. */
  private static final int MAX_CHARACTERS = (128 << 10) - 1;

  private Variables() {}

  /**
   * Returns the reason why a text does not set a variable, such as {@code has no name}; null if it
   * sets one.
   */
  static @Nullable String problem(String text) {
    int equals = text.indexOf('=');
    if (text.indexOf('\0') >= 0) {
      return "contains a NUL character";
    }
    if (equals < 0) {
      return "has a name without a value";
    }
    String name = text.substring(0, equals);
    if (name.isEmpty()) {
      return "has no name";
    }
    if (name.chars()
        .anyMatch(each -> Character.isWhitespace(each) || Character.isISOControl(each))) {
      return "has white space in its name";
    }
    return text.length() > MAX_CHARACTERS ? "is longer than 128 KiB" : null;
  }

  /**
   * Returns the variables with only the last value of each name. If a process gets several values
   * of one name, most programs use the first.
   */
  static List<String> distinct(List<String> variables) {
    Map<String, String> byName = new LinkedHashMap<>();
    for (String each : variables) {
      byName.put(each.substring(0, each.indexOf('=')), each);
    }
    return List.copyOf(byName.values());
  }
}
