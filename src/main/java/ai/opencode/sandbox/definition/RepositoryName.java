package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import java.util.regex.Pattern;

/** The form of an image's name, by the OCI distribution specification. */
final class RepositoryName {

  private static final String PART = "[a-z0-9]+(?:[._-][a-z0-9]+)*";
  private static final Pattern FORM = Pattern.compile(PART + "(?:/" + PART + ")*");

  private RepositoryName() {}

  static void require(String name) {
    if (!FORM.matcher(name).matches()) {
      throw new UsageException(
          "\""
              + name
              + "\" cannot name an image. Use lower-case letters, digits and single ., _ or -"
              + " between them.");
    }
  }
}
