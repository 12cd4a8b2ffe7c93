package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port that a program of the image listens on, as {@code ExposedPorts} of the image's
 * configuration. It is a statement for users; {@code run} publishes the ports that it is told.
 *
 * @param number the number, 1 to 65535
 * @param protocol {@code tcp} or {@code udp}
 */
@Api
public record ExposedPort(int number, String protocol) implements Comparable<ExposedPort> {

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})(?:/([a-z]{1,8}))?");
  private static final int MAX = 65_535;

  public ExposedPort {
    if (number < 1 || number > MAX) {
      throw new UsageException(number + " is not a port. Use 1 to 65535.");
    }
    if (!protocol.equals("tcp") && !protocol.equals("udp")) {
      throw new UsageException("\"" + protocol + "\" is not a protocol of ports. Use tcp or udp.");
    }
  }

  /** Parses {@code 8080}, which is TCP, {@code 8080/tcp} or {@code 53/udp}. */
  public static ExposedPort of(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "\"" + text + "\" is not a port. Use a number, such as 8080, 8080/tcp or 53/udp.");
    }
    String protocol = matcher.group(2);
    return new ExposedPort(Integer.parseInt(matcher.group(1)), protocol == null ? "tcp" : protocol);
  }

  @Override
  public int compareTo(ExposedPort other) {
    return Comparator.comparingInt(ExposedPort::number)
        .thenComparing(ExposedPort::protocol)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return number + "/" + protocol;
  }
}
