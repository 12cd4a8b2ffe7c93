package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.ReadOneWay;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The protocol of a registry over a store and its repositories (distribution-spec 1.1, which
 * numbers the endpoints end-1 to end-14).
 */
public final class DistributionProtocol implements LoopbackServer.Handler {

  /** A receiver of each new tag, so that tags can outlive the process. */
  public interface TagListener {
    void tagged(String repository, String tag, Descriptor manifest) throws IOException;
  }

  private static final String NAME =
      "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*";
  private static final Pattern REPOSITORY = Pattern.compile(NAME);
  private static final Pattern ROUTE =
      Pattern.compile("/v2/(.{1,255})/(blobs/uploads|blobs|manifests|tags|referrers)/([^/]*)");

  private final BlobStore blobs;
  private final Repositories repositories;
  private final Map<String, Resource> resources;

  public DistributionProtocol(
      BlobStore blobs, Repositories repositories, Uploads uploads, TagListener tagListener) {
    this.blobs = blobs;
    this.repositories = repositories;
    this.resources =
        Map.of(
            "blobs", new BlobResource(blobs, repositories),
            "blobs/uploads", new UploadResource(repositories, uploads),
            "manifests", new ManifestResource(blobs, repositories, tagListener),
            "tags", new TagResource(repositories),
            "referrers", new ReferrerResource(repositories));
  }

  @Override
  public Answer answer(IncomingRequest request) throws IOException {
    Answer answer;
    try {
      answer = route(request);
    } catch (ProtocolException e) {
      answer = e.answer();
    } catch (VerificationException e) {
      answer = Answer.error(400, "MANIFEST_INVALID", String.valueOf(e.getMessage()));
    }
    return answer.with("Docker-Distribution-Api-Version", "registry/2.0");
  }

  private Answer route(IncomingRequest request) throws IOException {
    String path = request.path();
    if (path.equals("/v2/") || path.equals("/v2")) {
      return Resource.read(request, Answer.json(200, Json.write(Json.object())));
    }
    if (path.equals("/v2/_catalog")) {
      return Resource.read(
          request, Page.of(request, repositories.names(), Json.object(), "repositories"));
    }
    Matcher route = ROUTE.matcher(path);
    if (!route.matches()) {
      throw new ProtocolException(404, "UNSUPPORTED", "no such endpoint: " + path);
    }
    String repository = route.group(1);
    if (!REPOSITORY.matcher(repository).matches()) {
      throw new ProtocolException(400, "NAME_INVALID", "not a repository name: " + repository);
    }
    Resource resource = Objects.requireNonNull(resources.get(route.group(2)));
    return resource.answer(request, repository, route.group(3));
  }

  /** Adds an image of a layout, with its content and the manifests that refer to it. */
  void publish(String repository, String tag, Descriptor image) throws IOException {
    adopt(repository, image, 0);
    repositories.tag(repository, tag, image);
  }

  private void adopt(String repository, Descriptor manifest, int depth) throws IOException {
    if (!MediaType.isIndex(manifest.mediaType()) && !MediaType.isManifest(manifest.mediaType())) {
      return;
    }
    JsonNode json =
        ReadOneWay.manifest(blobs.read(manifest.digest()), manifest.digest().toString());
    repositories.add(repository, manifest, json);
    for (JsonNode child : json.path("manifests")) {
      Digest digest = Resource.digest(child.path("digest").asText());
      if (depth < 4 && blobs.contains(digest)) {
        String mediaType = child.path("mediaType").asText();
        adopt(repository, Descriptor.of(mediaType, digest, blobs.size(digest)), depth + 1);
      }
    }
  }
}
