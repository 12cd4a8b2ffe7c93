package ai.opencode.sandbox.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An authentication scheme that a server offers in {@code WWW-Authenticate} (RFC 9110, 11.6.1):
 * {@code Bearer realm="https://auth.example/token",service="registry"}. A header may offer several.
 *
 * @param scheme the authentication scheme, in lower case
 * @param parameters the parameters by name in lower case; the first of several with one name
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final int MAX_CHARACTERS = 8192;
  private static final int MAX_CHALLENGES = 16;

  Challenge {
    parameters = Map.copyOf(parameters);
  }

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Returns the challenges of all headers; malformed ones are ignored. */
  static List<Challenge> of(List<String> headers) {
    List<Challenge> all = new ArrayList<>();
    for (String header : headers) {
      if (header.length() <= MAX_CHARACTERS && all.size() < MAX_CHALLENGES) {
        new Parser(header, all).run();
      }
    }
    return List.copyOf(all);
  }

  /** A parser that reads a header once, from its first character to its last. */
  private static final class Parser {

    private final String text;
    private final List<Challenge> found;
    private int at;

    Parser(String text, List<Challenge> found) {
      this.text = text;
      this.found = found;
    }

    void run() {
      String scheme = "";
      Map<String, String> parameters = new HashMap<>();
      for (skip(); at < text.length(); skip()) {
        String word = token();
        if (word.isEmpty()) {
          break; // The rest does not match the grammar.
        }
        int end = at;
        spaces();
        if (at < text.length() && text.charAt(at) == '=' && !scheme.isEmpty()) {
          at++;
          spaces();
          parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value());
        } else {
          at = end;
          add(scheme, parameters);
          scheme = word.toLowerCase(Locale.ROOT);
          parameters = new HashMap<>();
        }
      }
      add(scheme, parameters);
    }

    private void add(String scheme, Map<String, String> parameters) {
      if (!scheme.isEmpty() && found.size() < MAX_CHALLENGES) {
        found.add(new Challenge(scheme, parameters));
      }
    }

    private void skip() {
      while (at < text.length() && (isSpace(text.charAt(at)) || text.charAt(at) == ',')) {
        at++;
      }
    }

    private void spaces() {
      while (at < text.length() && isSpace(text.charAt(at))) {
        at++;
      }
    }

    private String token() {
      int start = at;
      while (at < text.length() && isTokenCharacter(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }

    /** Parses a token or a quoted string; some registries omit the quotes around an address. */
    private String value() {
      StringBuilder value = new StringBuilder();
      if (at < text.length() && text.charAt(at) == '"') {
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
          if (text.charAt(at) == '\\' && at + 1 < text.length()) {
            at++;
          }
          value.append(text.charAt(at));
        }
        at++;
      } else {
        for (; at < text.length() && !isSpace(text.charAt(at)) && text.charAt(at) != ','; at++) {
          value.append(text.charAt(at));
        }
      }
      return value.toString();
    }

    private static boolean isSpace(char c) {
      return c == ' ' || c == '\t';
    }

    private static boolean isTokenCharacter(char c) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || "!#$%&'*+-.^_`|~/".indexOf(c) >= 0;
    }
  }
}
