package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * A statement about an image for one platform (in-toto Statement, version 1).
 *
 * <pre>{@code
 * {"_type": "https://in-toto.io/Statement/v1",
 *  "subject": [{"name": "_", "digest": {"sha256": "…"}}],
 *  "predicateType": "https://slsa.dev/provenance/v1", "predicate": {…}}
 * }</pre>
 *
 * @param predicateType the URI of the kind of statement
 * @param subject the digest of the image's manifest
 * @param predicate the statement's own content, a JSON object
 */
public record Statement(String predicateType, Digest subject, byte[] predicate) {

  public static final String MEDIA_TYPE = "application/vnd.in-toto+json";

  private static final String TYPE = "https://in-toto.io/Statement/v1";

  /** The type that some programs still write; it has the same fields. */
  private static final String EARLIER_TYPE = "https://in-toto.io/Statement/v0.1";

  /** A name for any subject, because that of a repository would be part of the digest. */
  private static final String NAME = "_";

  /** Returns a statement of a kind. */
  public static Statement of(AttestationKind kind, Digest subject, byte[] predicate) {
    return new Statement(kind.predicateType(), subject, predicate);
  }

  /**
   * Parses a statement.
   *
   * @param source the statement's name in messages
   * @throws VerificationException if it is not a statement about exactly one manifest
   */
  public static Statement parse(byte[] json, String source) {
    JsonNode node = Json.parse(json, source);
    String type = node.path("_type").asText();
    Set<String> subjects = new HashSet<>();
    node.path("subject")
        .forEach(each -> subjects.add("sha256:" + each.path("digest").path("sha256").asText()));
    String subject = subjects.isEmpty() ? "" : subjects.iterator().next();
    if (!(type.equals(TYPE) || type.equals(EARLIER_TYPE))
        || subjects.size() != 1
        || !Digest.isDigest(subject)
        || !node.path("predicateType").isTextual()
        || !node.path("predicate").isObject()) {
      throw new VerificationException(
          source + ": not an in-toto statement about one manifest. Build the image again.");
    }
    return new Statement(
        node.path("predicateType").asText(),
        Digest.of(subject),
        Json.write(node.path("predicate")));
  }

  /** Returns the statement's bytes, with the predicate's own bytes in them. */
  public byte[] toJson() {
    var head = Json.object();
    head.put("_type", TYPE);
    head.putArray("subject")
        .addObject()
        .put("name", NAME)
        .putObject("digest")
        .put("sha256", subject.hex());
    head.put("predicateType", predicateType);
    byte[] before = Json.write(head);
    ByteArrayOutputStream out = new ByteArrayOutputStream(before.length + predicate.length + 16);
    out.write(before, 0, before.length - 1);
    out.writeBytes(",\"predicate\":".getBytes(StandardCharsets.UTF_8));
    out.writeBytes(predicate);
    out.write('}');
    return out.toByteArray();
  }
}
