package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.oci.Digest;
import java.util.Locale;
import java.util.Set;

/**
 * The name of a parent that is made because a child needs another one. The lock has an entry for
 * it, so different parents have different names, and the same one has the same name in every build.
 */
final class DerivedName {

  private DerivedName() {}

  static String without(String name, Set<String> packages) {
    return name + "-without-" + word(String.join("-", packages));
  }

  static String as(SandboxUser user, String name) {
    String rest = user.numeric() + " " + user.home() + " " + user.shell();
    return name + "-as-" + word(user.name()) + "-" + Digest.sha256(rest).hex().substring(0, 8);
  }

  /** Returns a text in the letters of image names. */
  private static String word(String text) {
    String plain =
        text.toLowerCase(Locale.ROOT)
            .replace("+", "plus")
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    return plain.isEmpty() ? "x" : plain;
  }
}
