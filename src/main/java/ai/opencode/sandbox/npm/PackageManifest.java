package ai.opencode.sandbox.npm;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The identity that a {@code package.json} tells. A bundled package may have none.
 *
 * @param name the name as written; empty if there is none
 * @param version the version as written; empty if there is none
 */
record PackageManifest(String name, String version) {

  private static final int MAX_SHOWN = 214;

  /** npm's registry has versions without these, and locks have the registry's. */
  private static final Pattern BEFORE_VERSION = Pattern.compile("^[\\s=v]+");

  private static final Pattern BUILD = Pattern.compile("\\+.*$", Pattern.DOTALL);

  /**
   * Reads a file.
   *
   * @throws ai.opencode.sandbox.failure.VerificationException if it is no JSON object
   */
  static PackageManifest read(byte[] bytes, String source) {
    JsonNode json = NpmJson.parsePublished(new String(bytes, StandardCharsets.UTF_8), source);
    return new PackageManifest(json.path("name").asText(), json.path("version").asText());
  }

  /** Returns whether a lock's package has the name and version that this has, in the registry. */
  boolean fits(LockedNpmPackage locked) {
    return (name.isEmpty() || name.equals(locked.name()))
        && (version.isEmpty() || registered(version).equals(registered(locked.version())));
  }

  /** Returns a version as npm's registry knows it. */
  private static String registered(String version) {
    String bare = BEFORE_VERSION.matcher(version.strip()).replaceFirst("");
    return BUILD.matcher(bare).replaceFirst("");
  }

  /** Returns the {@code name@version} form, without control characters and cut if long. */
  @Override
  public String toString() {
    String text = (name + "@" + version).replaceAll("\\p{Cntrl}", "?");
    return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
  }
}
