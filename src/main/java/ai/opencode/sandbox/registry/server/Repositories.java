package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.ReadOneWay;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The content and tags of the registry's repositories. All repositories share one store. A deletion
 * hides content from one repository without removing it, because the store may also be used for
 * other purposes, such as a cache.
 */
public final class Repositories {

  private static final class Contents {
    final NavigableMap<String, Descriptor> tags = new ConcurrentSkipListMap<>();
    final Map<Digest, String> mediaTypes = new ConcurrentHashMap<>();
    final Set<Digest> hidden = ConcurrentHashMap.newKeySet();

    /**
     * Referring manifests by their subject, then by their own digest, which gives listings an
     * order.
     */
    final Map<Digest, NavigableMap<Digest, ObjectNode>> referrers = new ConcurrentHashMap<>();
  }

  private final BlobStore blobs;
  private final NavigableMap<String, Contents> repositories = new ConcurrentSkipListMap<>();

  public Repositories(BlobStore blobs) {
    this.blobs = blobs;
  }

  NavigableSet<String> names() {
    return ((ConcurrentSkipListMap<String, Contents>) repositories).keySet();
  }

  /** Returns the tags of a repository; empty if the repository does not exist. */
  Optional<NavigableMap<String, Descriptor>> tags(String name) {
    return Optional.ofNullable(repositories.get(name)).map(repository -> repository.tags);
  }

  void tag(String name, String tag, Descriptor manifest) {
    Contents repository = repository(name);
    repository.mediaTypes.put(manifest.digest(), manifest.mediaType());
    repository.hidden.remove(manifest.digest());
    repository.tags.put(tag, manifest);
  }

  boolean hasBlob(String name, Digest digest) {
    Contents repository = repositories.get(name);
    return (repository == null || !repository.hidden.contains(digest)) && blobs.contains(digest);
  }

  void addBlob(String name, Digest digest) {
    repository(name).hidden.remove(digest);
  }

  boolean removeBlob(String name, Digest digest) {
    return hasBlob(name, digest) && repository(name).hidden.add(digest);
  }

  /** Returns the manifest with a tag or a digest. */
  Optional<Descriptor> find(String name, String selector) throws IOException {
    Contents repository = repositories.get(name);
    if (!Digest.isDigest(selector)) {
      return repository == null
          ? Optional.empty()
          : Optional.ofNullable(repository.tags.get(selector));
    }
    Digest digest = Digest.of(selector);
    if (!hasBlob(name, digest)) {
      return Optional.empty();
    }
    long size = blobs.size(digest);
    String mediaType = repository == null ? null : repository.mediaTypes.get(digest);
    if (mediaType == null) {
      // It was not pushed as a manifest here, but is in the store as part of a layout or of another
      // repository.
      mediaType = size > Json.MAX_BYTES ? null : mediaTypeOf(blobs.read(digest));
    }
    return mediaType == null
        ? Optional.empty()
        : Optional.of(Descriptor.of(mediaType, digest, size));
  }

  private static @Nullable String mediaTypeOf(byte[] content) {
    if (content.length == 0 || content[0] != '{') {
      return null;
    }
    String source = "a blob requested as a manifest";
    JsonNode json = ReadOneWay.manifest(content, source);
    if (!json.has("manifests") && !(json.has("config") && json.has("layers"))) {
      return null;
    }
    String mediaType = ReadOneWay.mediaType(json, "", source);
    return mediaType.isEmpty() ? null : mediaType;
  }

  /** Records a manifest that is in the store. */
  void add(String name, Descriptor manifest, JsonNode json) {
    Contents repository = repository(name);
    repository.mediaTypes.put(manifest.digest(), manifest.mediaType());
    repository.hidden.remove(manifest.digest());
    subject(json)
        .ifPresent(
            subject ->
                repository
                    .referrers
                    .computeIfAbsent(subject, key -> new ConcurrentSkipListMap<>())
                    .put(manifest.digest(), referrer(manifest, json)));
  }

  static Optional<Digest> subject(JsonNode manifest) {
    String digest = manifest.path("subject").path("digest").asText();
    return Digest.isDigest(digest) ? Optional.of(Digest.of(digest)) : Optional.empty();
  }

  /** Returns the descriptor for listings, with artifact type and the manifest's annotations. */
  private static ObjectNode referrer(Descriptor manifest, JsonNode json) {
    ObjectNode node = Json.object();
    node.put("mediaType", manifest.mediaType());
    node.put("digest", manifest.digest().toString());
    node.put("size", manifest.size());
    String artifactType = json.path("artifactType").asText();
    if (artifactType.isEmpty()) {
      artifactType = json.path("config").path("mediaType").asText();
    }
    if (!artifactType.isEmpty()) {
      node.put("artifactType", artifactType);
    }
    if (json.path("annotations").isObject()) {
      node.set("annotations", json.path("annotations"));
    }
    return node;
  }

  List<ObjectNode> referrers(String name, Digest subject) {
    Contents repository = repositories.get(name);
    if (repository == null) {
      return List.of();
    }
    Map<Digest, ObjectNode> found = repository.referrers.get(subject);
    return found == null ? List.of() : List.copyOf(found.values());
  }

  /** Removes a tag, or a manifest with all its tags; returns false if there is none. */
  boolean remove(String name, String selector) throws IOException {
    Optional<Descriptor> found = find(name, selector);
    if (found.isEmpty()) {
      return false;
    }
    Contents repository = repository(name);
    if (!Digest.isDigest(selector)) {
      return repository.tags.remove(selector) != null;
    }
    Digest digest = found.get().digest();
    repository.hidden.add(digest);
    repository.mediaTypes.remove(digest);
    repository.tags.values().removeIf(manifest -> manifest.digest().equals(digest));
    repository.referrers.values().forEach(referrers -> referrers.remove(digest));
    return true;
  }

  private Contents repository(String name) {
    return repositories.computeIfAbsent(name, key -> new Contents());
  }
}
