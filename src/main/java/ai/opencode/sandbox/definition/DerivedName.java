package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.oci.Digest;
import java.util.Locale;
import java.util.Set;

/**
 * The name of a parent that is made because a child needs another one. The lock has an entry for
 * it, so different parents have different names, and the same one has the same name in every build.
 */
final class DerivedName {

  private static final int MAX_LENGTH = 48;

  private DerivedName() {}

  static String without(String name, Set<String> packages) {
    String all = word(String.join("-", packages));
    return name
        + "-without-"
        + (all.length() <= MAX_LENGTH ? all : word(all.substring(0, MAX_LENGTH)) + "-" + hash(all));
  }

  static String as(SandboxUser user, String name) {
    String rest = user.ids() + " " + user.home() + " " + user.shell();
    return name + "-as-" + word(user.name()) + "-" + hash(rest);
  }

  private static String hash(String text) {
    return Digest.sha256(text).hex().substring(0, 8);
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
