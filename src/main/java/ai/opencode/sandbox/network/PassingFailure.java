package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failure that may be gone when the same is tried again. */
public final class PassingFailure extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Duration asked;

  /** A connection that broke, or was not made. */
  public PassingFailure(IOException cause) {
    super(Network.reason(cause), cause);
    this.asked = null;
  }

  /** An answer of a kind that may be another one a moment later. */
  public PassingFailure(HttpResponse<?> response) {
    super("it answers " + response.statusCode());
    this.asked =
        response.headers().firstValue("Retry-After").flatMap(PassingFailure::duration).orElse(null);
  }

  /** What to make of a failure: a certificate is not trusted the second time either. */
  public static IOException unlessHopeless(IOException failure) {
    return Network.isHopeless(failure) ? failure : new PassingFailure(failure);
  }

  /** How long the server wants to be left alone. */
  Optional<Duration> asked() {
    return Optional.ofNullable(asked);
  }

  /** The time in a header, as seconds or as a date. */
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
