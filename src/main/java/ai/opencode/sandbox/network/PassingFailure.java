package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The failure of a request that may succeed when repeated: a lost connection, or status 503. */
public final class PassingFailure extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Duration asked;
  private final @Nullable String host;

  /** Creates a failure from a connection that broke or could not be made. */
  public PassingFailure(IOException cause) {
    super(Network.reason(cause), cause);
    this.asked = null;
    this.host = null;
  }

  /** Creates a failure from a response whose status may be temporary. */
  public PassingFailure(HttpResponse<?> response) {
    super("it answers " + response.statusCode());
    this.host = response.uri().getHost();
    this.asked =
        response.headers().firstValue("Retry-After").flatMap(PassingFailure::duration).orElse(null);
  }

  /**
   * Returns a passing failure, or the failure itself if a repetition is useless: a certificate is
   * not trusted the second time either.
   */
  public static IOException unlessHopeless(IOException failure) {
    return Network.isUntrusted(failure) ? failure : new PassingFailure(failure);
  }

  private PassingFailure(PassingFailure last, String message) {
    super(message, last);
    this.asked = last.asked;
    this.host = last.host;
  }

  /** Returns this failure with a message for the end of the attempts. */
  PassingFailure afterWaiting(Duration waited) {
    return new PassingFailure(
        this,
        getMessage()
            + " and asks for "
            + asked().orElse(Duration.ZERO).toSeconds()
            + " s more after "
            + waited.toSeconds()
            + " s of waiting, the limit of --network-patience");
  }

  /**
   * Returns server and failure, such as {@code mirror.example answers 429}.
   *
   * @param asked the server that was asked, if the failure has none
   */
  String reason(Optional<String> asked) {
    return host != null
        ? host + " " + answers()
        : asked.map(each -> each + ": ").orElse("") + getMessage();
  }

  private String answers() {
    return String.valueOf(getMessage()).replaceFirst("^it ", "");
  }

  /** Returns the pause that the server requests; empty if it requests none. */
  Optional<Duration> asked() {
    return Optional.ofNullable(asked);
  }

  /** Parses the time in a header, in seconds or as a date. */
  private static Optional<Duration> duration(String text) {
    if (text.matches("\\d{1,6}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant moment = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      Duration left = Duration.between(Instant.now(), moment);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
