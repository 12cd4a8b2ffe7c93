package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.file.ImageDraft.Owner;
import ai.opencode.sandbox.failure.UsageException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms of texts that mean a number: modes, owners, ports and sizes. */
final class Forms {

  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
  private static final Pattern OWNER = Pattern.compile("([0-9]{1,9}):([0-9]{1,9})");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([kmg])");
  private static final int KIBI = 1024;

  private Forms() {}

  /** Parses permissions such as {@code 0644}. */
  static Optional<Integer> mode(String text) {
    return MODE.matcher(text).matches() ? Optional.of(Integer.parseInt(text, 8)) : Optional.empty();
  }

  /** Parses a user and a group such as {@code 1000:1000}. */
  static Optional<Owner> owner(String text) {
    Matcher owner = OWNER.matcher(text);
    return owner.matches()
        ? Optional.of(new Owner(Integer.parseInt(owner.group(1)), Integer.parseInt(owner.group(2))))
        : Optional.empty();
  }

  /** Parses a port such as {@code 8080} or {@code 53/udp}. */
  static Optional<ExposedPort> port(String text) {
    try {
      return Optional.of(ExposedPort.of(text));
    } catch (UsageException e) {
      return Optional.empty();
    }
  }

  /** Parses a size such as {@code 64m} into bytes. */
  static Optional<Long> size(String text) {
    Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      return Optional.empty();
    }
    long factor =
        switch (size.group(2)) {
          case "k" -> KIBI;
          case "m" -> (long) KIBI * KIBI;
          default -> (long) KIBI * KIBI * KIBI;
        };
    return Optional.of(Long.parseLong(size.group(1)) * factor);
  }
}
