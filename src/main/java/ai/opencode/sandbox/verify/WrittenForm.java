package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The comparison of a statement's bytes with those that this program writes of what it read in
 * them. JSON readers differ: Go's takes {@code Predicate} for {@code predicate}, others take the
 * first of two fields. Only a statement without anything unread is the same one for all of them.
 */
final class WrittenForm {

  private static final int MAX_TEXT = 80;

  private WrittenForm() {}

  /**
   * Reports the first difference.
   *
   * @param written the bytes that this program writes
   */
  static void compare(String where, byte[] stated, byte[] written, Flaws flaws) {
    if (!Arrays.equals(stated, written)) {
      String difference =
          difference("", Json.parse(stated, where), Json.parse(written, where))
              .orElse("the bytes of the same fields differ");
      flaws.add(
          Attestations.ID,
          where,
          "it is not in the form in which this program writes it: " + difference);
    }
  }

  private static Optional<String> difference(String at, JsonNode stated, JsonNode written) {
    if (stated.equals(written)) {
      return Optional.empty();
    }
    if (stated.isObject() && written.isObject()) {
      TreeSet<String> names = new TreeSet<>();
      stated.fieldNames().forEachRemaining(names::add);
      written.fieldNames().forEachRemaining(names::add);
      return names.stream()
          .flatMap(
              each -> difference(at + "/" + each, stated.path(each), written.path(each)).stream())
          .findFirst();
    }
    if (stated.isArray() && written.isArray() && stated.size() == written.size()) {
      for (int i = 0; i < stated.size(); i++) {
        Optional<String> found = difference(at + "/" + i, stated.get(i), written.get(i));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.of(text(at) + " is " + text(stated) + " instead of " + text(written));
  }

  private static String text(JsonNode node) {
    return node.isMissingNode() ? "missing" : text(node.toString());
  }

  private static String text(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
