package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.apk.ApkFacts;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts of packagers in the forms that documents allow. A text of another form is left out: it
 * would make the document invalid.
 */
final class ApkTexts {

  private static final int MAX_TEXT = 2048;
  private static final Pattern PERSON = Pattern.compile("([^<>()\\p{Cntrl}]+)<([^<>()\\s]+)>\\s*");
  private static final Pattern ADDRESS = Pattern.compile("https?://[!-~]+");

  private ApkTexts() {}

  /** Returns the maintainer in the form {@code NAME (MAIL)}. */
  static Optional<String> maintainer(ApkFacts facts) {
    Matcher parts = PERSON.matcher(facts.maintainer());
    return facts.maintainer().length() <= MAX_TEXT && parts.matches()
        ? Optional.of(parts.group(1).strip() + " (" + parts.group(2) + ")")
            .filter(each -> !each.startsWith(" "))
        : Optional.empty();
  }

  static Optional<String> homepage(ApkFacts facts) {
    String address = facts.homepage();
    if (address.length() > MAX_TEXT || !ADDRESS.matcher(address).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(new URI(address).getHost()).map(host -> address);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  static Optional<String> summary(ApkFacts facts) {
    String text = facts.description();
    return text.isBlank()
        ? Optional.empty()
        : Optional.of(text.substring(0, Math.min(text.length(), MAX_TEXT)));
  }
}
