package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reference to content by its digest (image-spec, descriptor.md).
 *
 * @param size the size of the content in bytes
 * @param platform the platform of an image; null if the content is not for one platform
 * @param annotations the annotations, sorted by key
 */
@Api
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Map<String, String> annotations,
    @Nullable Platform platform) {

  public Descriptor {
    if (size < 0) {
      throw new VerificationException(
          "The descriptor of "
              + digest
              + " has the negative size "
              + size
              + ". Use another image.");
    }
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(mediaType, digest, size, Map.of(), null);
  }

  public Descriptor withAnnotations(Map<String, String> newAnnotations) {
    return new Descriptor(mediaType, digest, size, newAnnotations, platform);
  }

  public Descriptor withAnnotation(String key, String value) {
    Map<String, String> more = new TreeMap<>(annotations);
    more.put(key, value);
    return withAnnotations(more);
  }

  public Descriptor withPlatform(Platform newPlatform) {
    return new Descriptor(mediaType, digest, size, annotations, newPlatform);
  }

  public Descriptor withMediaType(String newMediaType) {
    return new Descriptor(newMediaType, digest, size, annotations, platform);
  }

  /** Returns whether the content is stated to be no image, as an attestation in an index is. */
  public boolean isForNoPlatform() {
    return platform != null && platform.isNone();
  }

  static Descriptor from(JsonNode node, String source) {
    String digest = node.path("digest").asText();
    JsonNode number = node.path("size");
    long size = number.isIntegralNumber() && number.canConvertToLong() ? number.longValue() : -1;
    if (!Digest.isDigest(digest) || size < 0) {
      throw new VerificationException(
          source
              + ": a descriptor has no valid digest and size, but the digest \""
              + digest
              + "\" and the size "
              + number);
    }
    requireSame(node.path("data"), Digest.of(digest), size, source);
    JsonNode platform = node.path("platform");
    return new Descriptor(
        node.path("mediaType").asText(),
        Digest.of(digest),
        size,
        Json.stringMap(node.path("annotations")),
        platform.isObject()
            ? new Platform(platform.path("os").asText(), platform.path("architecture").asText())
            : null);
  }

  /**
   * Requires that content that a descriptor has in itself is what it names, because some programs
   * then read no other.
   */
  private static void requireSame(JsonNode data, Digest digest, long size, String source) {
    if (data.isMissingNode() || data.isNull()) {
      return;
    }
    if (!isContent(data.asText(), digest, size)) {
      throw new VerificationException(
          source
              + ": can be read in two ways, because the descriptor of "
              + digest
              + " has other data in itself. Use another image.");
    }
  }

  private static boolean isContent(String base64, Digest digest, long size) {
    try {
      byte[] content = Base64.getDecoder().decode(base64);
      // Java's decoder accepts texts that others refuse.
      return content.length == size
          && Base64.getEncoder().encodeToString(content).equals(base64)
          && Digest.sha256(content).equals(digest);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  ObjectNode toJson() {
    ObjectNode node = Json.object();
    node.put("mediaType", mediaType);
    node.put("digest", digest.toString());
    node.put("size", size);
    if (platform != null) {
      node.putObject("platform")
          .put("architecture", platform.architecture())
          .put("os", platform.os());
    }
    Json.putStrings(node, "annotations", annotations);
    return node;
  }
}
