package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.FileFault;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** The credentials in a {@code .netrc}, by host. */
final class Netrc {

  private static final long MAX_BYTES = 1 << 20;

  private final Map<String, String> authorizations = new HashMap<>();

  private Netrc() {}

  /** Reads a file; no credentials if it does not exist. */
  static Netrc read(Path file) {
    Netrc netrc = new Netrc();
    if (Files.isRegularFile(file)) {
      try {
        if (Files.size(file) > MAX_BYTES) {
          throw new UsageException(
              file + " has more than the allowed " + MAX_BYTES + " bytes. Shorten it.");
        }
        netrc.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UsageException(
            file + " cannot be read (" + FileFault.of(e) + "). Make it a file that you may read.",
            e);
      }
    }
    return netrc;
  }

  private void parse(String text) {
    // Macros end with an empty line, comments with their own line.
    String plain = text.replaceAll("(?ms)^\\s*macdef .*?(\\n\\s*\\n|\\z)", "\n");
    StringTokenizer words = new StringTokenizer(plain.replaceAll("(?m)^\\s*#.*$", ""));
    String host = null;
    String user = "";
    while (words.hasMoreTokens()) {
      switch (words.nextToken()) {
        case "machine" -> {
          host = next(words);
          user = "";
        }
        case "login" -> user = next(words);
        case "password" -> add(host, user, next(words));
        case "account" -> next(words);
        default -> host = null; // "default" would give a password to every host
      }
    }
  }

  private void add(@Nullable String host, String user, String password) {
    if (host != null) {
      authorizations.putIfAbsent(host, HttpProxy.basic(user, password));
    }
  }

  private static String next(StringTokenizer words) {
    return words.hasMoreTokens() ? words.nextToken() : "";
  }

  Optional<String> authorization(String host) {
    return Optional.ofNullable(authorizations.get(host));
  }
}
