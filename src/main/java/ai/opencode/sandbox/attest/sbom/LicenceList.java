package ai.opencode.sandbox.attest.sbom;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The identifiers of the SPDX Licence List, which are compared regardless of case (SPDX 2.3, annex
 * D).
 */
final class LicenceList {

  private static final String RESOURCE = "spdx-licences.txt";
  private static final LicenceList KNOWN = read();

  private final String version;
  private final Map<String, String> licences;
  private final Map<String, String> exceptions;

  private LicenceList(
      String version, Map<String, String> licences, Map<String, String> exceptions) {
    this.version = version;
    this.licences = licences;
    this.exceptions = exceptions;
  }

  /** Returns the list of this program. */
  static LicenceList known() {
    return KNOWN;
  }

  /** Returns the list's version, such as {@code 3.29}. */
  String version() {
    return version;
  }

  /** Returns a licence's identifier in the spelling of the list. */
  Optional<String> licence(String identifier) {
    return Optional.ofNullable(licences.get(key(identifier)));
  }

  /** Returns the identifier of an exception in the spelling of the list. */
  Optional<String> exception(String identifier) {
    return Optional.ofNullable(exceptions.get(key(identifier)));
  }

  private static String key(String identifier) {
    return identifier.toLowerCase(Locale.ROOT);
  }

  private static LicenceList read() {
    String version = "";
    Map<String, String> licences = new HashMap<>();
    Map<String, String> exceptions = new HashMap<>();
    try (InputStream in = LicenceList.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new FileNotFoundException(RESOURCE + " is missing from the jar");
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        String value = line.substring(line.indexOf(' ') + 1);
        if (line.startsWith("version ")) {
          version = value;
        } else if (line.startsWith("licence ")) {
          licences.put(key(value), value);
        } else if (line.startsWith("exception ")) {
          exceptions.put(key(value), value);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new LicenceList(version, licences, exceptions);
  }
}
