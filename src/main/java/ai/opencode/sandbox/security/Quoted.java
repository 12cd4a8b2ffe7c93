package ai.opencode.sandbox.security;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Collection;
import java.util.stream.Collectors;

/** Strings in double quotes, which have the same form in JSON and YAML. */
final class Quoted {

  private Quoted() {}

  static String string(String value) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(value)) + '"';
  }

  /** Returns a list on one line. */
  static String list(Collection<String> values) {
    return values.stream().map(Quoted::string).collect(Collectors.joining(", ", "[", "]"));
  }
}
