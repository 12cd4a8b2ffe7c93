package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which upstream a user asks for. */
public enum UpstreamChoice {
  /** The official one; the stand-in where the network does not lead there. */
  AUTO,
  /** Docker Hub's Alpine image and Alpine's own mirror. */
  OFFICIAL,
  /** The same content at addresses of the user's own. */
  MIRROR,
  /** Alpine packages made on the spot from Debian's, for trying out. */
  STAND_IN;

  /** Parses {@code auto}, {@code official}, {@code mirror} or {@code stand-in}. */
  public static UpstreamChoice of(String text) {
    return Arrays.stream(values())
        .filter(choice -> choice.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "\""
                        + text
                        + "\" is not an upstream; use "
                        + Arrays.stream(values())
                            .map(UpstreamChoice::toString)
                            .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
