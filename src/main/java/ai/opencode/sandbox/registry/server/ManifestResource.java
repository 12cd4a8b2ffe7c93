package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.ReadOneWay;
import ai.opencode.sandbox.oci.Tag;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The reading, writing and deletion of manifests, {@code /v2/NAME/manifests/REFERENCE} (endpoints
 * end-3, end-7 and end-9 of distribution-spec 1.1).
 */
final class ManifestResource implements Resource {

  private final BlobStore blobs;
  private final Repositories repositories;
  private final DistributionProtocol.TagListener tagListener;

  ManifestResource(
      BlobStore blobs, Repositories repositories, DistributionProtocol.TagListener tagListener) {
    this.blobs = blobs;
    this.repositories = repositories;
    this.tagListener = tagListener;
  }

  @Override
  public Answer answer(IncomingRequest request, String repository, String selector)
      throws IOException {
    if (!Digest.isDigest(selector) && !Tag.isValid(selector)) {
      throw selector.contains(":")
          ? new ProtocolException(400, "DIGEST_INVALID", "not a SHA-256 digest: " + selector)
          : new ProtocolException(400, "TAG_INVALID", "not a tag: " + selector);
    }
    return switch (request.method()) {
      case "PUT" -> put(request, repository, selector);
      case "DELETE" -> {
        if (!repositories.remove(repository, selector)) {
          throw unknown(repository, selector);
        }
        yield Answer.of(202);
      }
      default -> Resource.read(request, get(repository, selector));
    };
  }

  private Answer get(String repository, String selector) throws IOException {
    Descriptor found =
        repositories.find(repository, selector).orElseThrow(() -> unknown(repository, selector));
    return Answer.of(200)
        .with("Content-Type", found.mediaType())
        .with("Docker-Content-Digest", found.digest().toString())
        .with("ETag", "\"" + found.digest() + "\"")
        .with(new Answer.Region(blobs.path(found.digest()), 0, found.size()));
  }

  private static ProtocolException unknown(String repository, String selector) {
    return new ProtocolException(
        404, "MANIFEST_UNKNOWN", "no such manifest: " + repository + ", " + selector);
  }

  private Answer put(IncomingRequest request, String repository, String selector)
      throws IOException {
    byte[] content = request.body().readNBytes(Json.MAX_BYTES + 1);
    if (content.length > Json.MAX_BYTES) {
      throw new ProtocolException(
          413, "SIZE_INVALID", "a manifest may have at most " + Json.MAX_BYTES + " bytes");
    }
    Digest digest = Digest.sha256(content);
    if (Digest.isDigest(selector) && !digest.equals(Digest.of(selector))) {
      throw new ProtocolException(400, "DIGEST_INVALID", "the content has the digest " + digest);
    }
    JsonNode json = ReadOneWay.manifest(content, "the manifest");
    String mediaType = mediaType(request, json);
    requireContent(repository, json);
    List<String> tags = tags(request, selector);
    Descriptor manifest = blobs.put(mediaType, content);
    repositories.add(repository, manifest, json);
    for (String tag : tags) {
      tagListener.tagged(repository, tag, manifest);
      repositories.tag(repository, tag, manifest);
    }
    Answer answer =
        Answer.of(201)
            .with("Location", "/v2/" + repository + "/manifests/" + digest)
            .with("Docker-Content-Digest", digest.toString());
    if (!request.queries("tag").isEmpty()) {
      answer = answer.with("OCI-Tag", String.join(", ", tags));
    }
    Optional<Digest> subject = Repositories.subject(json);
    return subject.isPresent() ? answer.with("OCI-Subject", subject.get().toString()) : answer;
  }

  private static List<String> tags(IncomingRequest request, String selector) {
    List<String> tags = new ArrayList<>(request.queries("tag"));
    if (!Digest.isDigest(selector)) {
      tags.add(selector);
    }
    for (String tag : tags) {
      if (!Tag.isValid(tag)) {
        throw new ProtocolException(400, "TAG_INVALID", "not a tag: " + tag);
      }
    }
    return tags;
  }

  private static String mediaType(IncomingRequest request, JsonNode json) {
    if (json.path("schemaVersion").asInt() != 2) {
      throw new ProtocolException(400, "MANIFEST_INVALID", "expected \"schemaVersion\": 2");
    }
    String written = json.path("mediaType").asText();
    String header = request.header("Content-Type").orElse("");
    int parameters = header.indexOf(';');
    String sent = (parameters < 0 ? header : header.substring(0, parameters)).strip();
    if (!written.isEmpty() && !sent.isEmpty() && !written.equals(sent)) {
      throw new ProtocolException(
          400, "MANIFEST_INVALID", "sent as " + sent + " but written as " + written);
    }
    String mediaType = sent.isEmpty() ? written : sent;
    if (!mediaType.matches("[A-Za-z0-9.+_-]{1,127}/[A-Za-z0-9.+_-]{1,127}")) {
      throw new ProtocolException(400, "MANIFEST_INVALID", "no media type");
    }
    if (MediaType.isIndex(mediaType) != json.path("manifests").isArray()) {
      throw new ProtocolException(
          400, "MANIFEST_INVALID", "the content is not of the type " + mediaType);
    }
    return mediaType;
  }

  /**
   * Requires that all referenced content exists, because a tag must not name an incomplete image.
   * Only the subject may follow later or never.
   */
  private void requireContent(String repository, JsonNode json) {
    List<JsonNode> needed = new ArrayList<>();
    if (json.path("config").isObject()) {
      needed.add(json.path("config"));
    }
    json.path("layers").forEach(needed::add);
    json.path("manifests").forEach(needed::add);
    for (JsonNode descriptor : needed) {
      Digest digest = Resource.digest(descriptor.path("digest").asText());
      // Layers with addresses of their own are not distributed with the image.
      if (!descriptor.path("urls").isArray() && !repositories.hasBlob(repository, digest)) {
        throw new ProtocolException(
            404, "MANIFEST_BLOB_UNKNOWN", "the manifest names content that is not here: " + digest);
      }
    }
  }
}
