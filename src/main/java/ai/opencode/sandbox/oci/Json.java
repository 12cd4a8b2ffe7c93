package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.JsonFault;
import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON documents: bounded reading of foreign ones, and canonical writing of those that digests are
 * computed from.
 */
public final class Json {

  /** The limit for a manifest or configuration, which is also that of registries. */
  public static final int MAX_BYTES = 4 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxStringLength(MAX_BYTES)
                          .maxDocumentLength(MAX_BYTES)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Parses a document.
   *
   * @param what the name of the document in messages
   * @throws VerificationException if it is not a JSON object, or larger than {@link #MAX_BYTES}
   */
  public static JsonNode parse(byte[] bytes, String what) {
    if (bytes.length > MAX_BYTES) {
      throw new VerificationException(what + ": more than " + MAX_BYTES + " bytes of JSON");
    }
    if (!isUtf8(bytes)) {
      throw new VerificationException(what + ": not a JSON object in UTF-8");
    }
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (!node.isObject()) {
        throw new VerificationException(what + ": not a JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new VerificationException(
          what + ": malformed JSON, " + JsonFault.of(String.valueOf(e.getOriginalMessage())), e);
    } catch (IOException e) {
      throw new VerificationException(what + ": unreadable", e);
    }
  }

  /**
   * Returns whether the bytes are UTF-8. Jackson would also accept UTF-16 and UTF-32, which most
   * programs do not.
   */
  private static boolean isUtf8(byte[] bytes) {
    for (int i = 0; i < Math.min(bytes.length, 4); i++) {
      if (bytes[i] == 0 || (i == 0 && bytes[i] < 0)) {
        return false;
      }
    }
    return true;
  }

  public static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new AssertionError("writing plain values cannot fail", e);
    }
  }

  static void putStrings(ObjectNode node, String field, Map<String, String> values) {
    if (!values.isEmpty()) {
      ObjectNode object = node.putObject(field);
      values.forEach(object::put);
    }
  }

  static List<String> strings(JsonNode array) {
    List<String> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asText()));
    return Collections.unmodifiableList(values);
  }

  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    Collections.sort(names);
    return Collections.unmodifiableList(names);
  }

  static Map<String, String> stringMap(JsonNode object) {
    Map<String, String> values = new LinkedHashMap<>();
    object.properties().forEach(field -> values.put(field.getKey(), field.getValue().asText()));
    return Collections.unmodifiableMap(values);
  }
}
