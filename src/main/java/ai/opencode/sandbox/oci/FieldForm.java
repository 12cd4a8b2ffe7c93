package ai.opencode.sandbox.oci;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The form that a field of an image's JSON document must have. Container engines read such a
 * document into typed structures, and refuse the whole document if one field has another form.
 */
enum FieldForm {
  /** A string. */
  TEXT(JsonNode::isTextual),
  /** A whole number. */
  NUMBER(FieldForm::isWhole),
  /** True or false. */
  FLAG(JsonNode::isBoolean),
  /** An array of strings. */
  TEXTS(node -> node.isArray() && all(node, FieldForm::isTextOrNull)),
  /** An object whose values are strings. */
  TEXT_BY_NAME(node -> node.isObject() && all(node, FieldForm::isTextOrNull)),
  /** An object whose keys matter, and whose values are objects, as of exposed ports. */
  NAMES(node -> node.isObject() && all(node, each -> each.isObject() || each.isNull())),
  /** An object. */
  OBJECT(JsonNode::isObject),
  /** An array of objects. */
  OBJECTS(node -> node.isArray() && all(node, JsonNode::isObject)),
  /** A string with a time of RFC 3339. */
  TIME(FieldForm::isTime),
  /** A string with base64. */
  BYTES(FieldForm::isBase64);

  /** The form of a time in RFC 3339; Java's own parser also accepts other forms. */
  private static final Pattern TIMES =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)");

  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  private final Predicate<JsonNode> fits;

  FieldForm(Predicate<JsonNode> fits) {
    this.fits = fits;
  }

  /** Returns whether a value has the form, or is null or absent. */
  boolean has(JsonNode value) {
    return value.isMissingNode() || value.isNull() || fits.test(value);
  }

  private static boolean isTextOrNull(JsonNode node) {
    return node.isTextual() || node.isNull();
  }

  private static boolean isWhole(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong();
  }

  private static boolean all(JsonNode node, Predicate<JsonNode> each) {
    for (JsonNode value : node) {
      if (!each.test(value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTime(JsonNode node) {
    String text = node.asText();
    try {
      return node.isTextual()
          && TIMES.matcher(text).matches()
          && OffsetDateTime.parse(text).getYear() >= 0;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static boolean isBase64(JsonNode node) {
    try {
      Base64.getDecoder().decode(node.asText());
      return node.isTextual();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
