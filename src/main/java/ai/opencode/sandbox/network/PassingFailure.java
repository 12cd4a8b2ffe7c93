package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failure that a repetition may avoid. */
public final class PassingFailure extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Duration asked;

  /** Creates a failure from a connection that broke or could not be made. */
  public PassingFailure(IOException cause) {
    super(Network.reason(cause), cause);
    this.asked = null;
  }

  /** Creates a failure from a response whose status may be temporary. */
  public PassingFailure(HttpResponse<?> response) {
    super("it answers " + response.statusCode());
    this.asked =
        response.headers().firstValue("Retry-After").flatMap(PassingFailure::duration).orElse(null);
  }

  /**
   * Returns a passing failure, or the failure itself if a repetition is useless: a certificate is
   * not trusted the second time either.
   */
  public static IOException unlessHopeless(IOException failure) {
    return Network.isHopeless(failure) ? failure : new PassingFailure(failure);
  }

  /** Returns the time after which the server allows the next request. */
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
