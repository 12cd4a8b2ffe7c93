package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The names that one document gives to licences that the SPDX Licence List does not have. */
final class LicenceNames {

  private static final Pattern REFERENCE = Pattern.compile("LicenseRef-[A-Za-z0-9.-]{1,100}");
  private static final int MAX_NAME = 80;
  private static final int MAX_TEXT = 4096;

  /** SPDX's word for an unknown value. */
  static final String NONE = "NOASSERTION";

  private final Map<String, String> expressions = new HashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> names = new LinkedHashMap<>();

  /** Names are compared regardless of case. */
  private final Set<String> taken = new HashSet<>();

  /**
   * Returns a valid expression for a licence; {@code NOASSERTION} if there is none, or if the
   * packager says so.
   *
   * @param written the licence as its packager wrote it
   */
  String expression(String written, LicenceNotation notation) {
    // Most packages have one of a few licences.
    return expressions.computeIfAbsent(
        notation + " " + written, key -> newExpression(written, notation));
  }

  private String newExpression(String written, LicenceNotation notation) {
    return LicenceExpression.of(written, notation)
        .filter(each -> !written.strip().equals(NONE))
        .map(each -> each.text(foreign -> name(foreign, notation)))
        .orElse(NONE);
  }

  /** Returns the licences' texts by the names that were given, in the order of their first use. */
  Map<String, String> texts() {
    return Collections.unmodifiableMap(texts);
  }

  private String name(String foreign, LicenceNotation notation) {
    return names.computeIfAbsent(notation + " " + foreign, key -> newName(foreign, notation));
  }

  private String newName(String foreign, LicenceNotation notation) {
    String name =
        REFERENCE.matcher(foreign).matches()
            ? foreign
            : notation.prefix() + cut(foreign.replaceAll("[^A-Za-z0-9.-]", "-"));
    if (!taken.add(name.toLowerCase(Locale.ROOT))) {
      // Two texts with one name would be one licence for every reader.
      name += "-" + Digest.sha256(foreign.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
      taken.add(name.toLowerCase(Locale.ROOT));
    }
    texts.put(name, foreign.substring(0, Math.min(foreign.length(), MAX_TEXT)));
    return name;
  }

  private static String cut(String name) {
    return name.substring(0, Math.min(name.length(), MAX_NAME));
  }
}
