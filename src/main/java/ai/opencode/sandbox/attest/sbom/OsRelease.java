package ai.opencode.sandbox.attest.sbom;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The distribution of an image, as its file {@code os-release} says it.
 *
 * @param id the distribution's identifier, such as {@code alpine}
 * @param version the release, such as {@code 3.24.2}; empty if there is none
 */
public record OsRelease(String id, String version) {

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9._~+-]{0,64}");
  private static final Pattern LINE = Pattern.compile("([A-Z_]+)=(?:\"([^\"]*)\"|'([^']*)'|(.*))");

  public OsRelease {
    if (!ID.matcher(id).matches() || !VERSION.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "\"" + id + "\" with the version \"" + version + "\" is not a distribution");
    }
  }

  /** Reads the text of {@code os-release}; empty if it names no distribution. */
  public static Optional<OsRelease> parse(String text) {
    Map<String, String> values = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      Matcher parts = LINE.matcher(line.strip());
      if (parts.matches()) {
        for (int group = 2; group <= 4; group++) {
          if (parts.group(group) != null) {
            values.put(parts.group(1), parts.group(group));
          }
        }
      }
    }
    String id = values.getOrDefault("ID", "");
    String version = values.getOrDefault("VERSION_ID", "");
    return ID.matcher(id).matches() && VERSION.matcher(version).matches()
        ? Optional.of(new OsRelease(id, version))
        : Optional.empty();
  }

  /** Returns the form {@code alpine-3.24.2}; empty for a distribution without releases. */
  Optional<String> label() {
    return version.isEmpty() ? Optional.empty() : Optional.of(id + "-" + version);
  }
}
