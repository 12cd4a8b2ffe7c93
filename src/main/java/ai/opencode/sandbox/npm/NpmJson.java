package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.JsonFault;
import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The JSON files of an npm project, bounded. */
final class NpmJson {

  /** The largest locks in public repositories have about 5 MB. */
  static final int MAX_CHARACTERS = 16 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxStringLength(1 << 20)
                          .maxDocumentLength(MAX_CHARACTERS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private static final ObjectMapper OF_PUBLISHED =
      MAPPER.copy().disable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private NpmJson() {}

  /** Parses a file in which a repeated key is ambiguous. */
  static JsonNode parseObject(String text, String source) {
    return parse(text, source, MAPPER);
  }

  /**
   * Parses the {@code package.json} of a published package: of a repeated key the last value
   * counts, as it does for npm, because some published packages have one.
   */
  static JsonNode parsePublished(String text, String source) {
    return parse(text, source, OF_PUBLISHED);
  }

  private static JsonNode parse(String text, String source, ObjectMapper mapper) {
    // npm ignores a byte order mark, too.
    String json = text.startsWith("\ufeff") ? text.substring(1) : text;
    if (json.length() > MAX_CHARACTERS) {
      throw new VerificationException(
          source + ": more than " + MAX_CHARACTERS + " characters of JSON");
    }
    try {
      JsonNode node = mapper.readTree(json);
      if (node == null || !node.isObject()) {
        throw new VerificationException(source + ": not a JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new VerificationException(
          source
              + ": malformed JSON, "
              + JsonFault.of(String.valueOf(e.getOriginalMessage()))
              + (at == null ? "" : " (line " + at.getLineNr() + ")"),
          e);
    }
  }
}
