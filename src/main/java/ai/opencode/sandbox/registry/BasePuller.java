package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Brings images into a store. A pinned image that is there already needs no network. */
public final class BasePuller {

  /**
   * An image that is completely in the store.
   *
   * @param reference by the digest of what the reference named, an index where there is one
   * @param root that index, or the manifest where the reference named one
   * @param manifest the one for the platform
   */
  public record PulledImage(
      Reference reference,
      Descriptor root,
      Descriptor manifest,
      List<Descriptor> layers,
      ImageConfig config) {

    public PulledImage {
      layers = List.copyOf(layers);
    }
  }

  private static final int MAX_DEPTH = 4;

  private final RegistryAccess access;
  private final Transport transport;

  public BasePuller(RegistryAccess access) {
    this.access = access;
    this.transport = new Transport(access);
  }

  /**
   * Pulls the image for a platform.
   *
   * @throws UsageException where the registry has no such image, or none for the platform
   * @throws VerificationException where content is not what its digest says, or malformed
   * @throws ai.opencode.sandbox.failure.AuthenticationException where the registry refuses
   * @throws ai.opencode.sandbox.failure.NetworkException where it cannot be reached, or fails
   */
  public PulledImage pull(Reference reference, Platform platform, BlobStore store)
      throws IOException {
    Reference place = access.mirrored(reference);
    List<String> scopes = List.of("repository:" + place.repository() + ":pull");
    RemoteRepository remote = new RemoteRepository(access, transport, place, scopes);

    Descriptor root = document(remote, reference.selector(), store);
    Descriptor manifest = root;
    if (MediaType.isIndex(root.mediaType())) {
      ImageIndex index = ImageIndex.parse(store.read(root.digest()), reference.toString());
      Descriptor chosen =
          index.forPlatform(platform).orElseThrow(() -> lacks(reference, platform, index));
      manifest = document(remote, chosen.digest().toString(), store).withPlatform(platform);
    }
    if (!MediaType.isManifest(manifest.mediaType())) {
      throw new VerificationException(
          reference + ": not an image but " + printable(manifest.mediaType()));
    }
    Manifest content = Manifest.parse(store.read(manifest.digest()), reference.toString());
    ImageConfig config = config(remote, reference, content, store);
    if (!config.platform().equals(platform)) {
      throw new UsageException(
          reference + " is an image for " + config.platform() + ", not for " + platform);
    }
    if (config.diffIds().size() != content.layers().size()) {
      throw new VerificationException(
          reference
              + ": "
              + content.layers().size()
              + " layers, but "
              + config.diffIds().size()
              + " diff IDs");
    }
    List<Callable<Digest>> downloads = new ArrayList<>();
    for (Descriptor layer : content.layers()) {
      downloads.add(
          () -> {
            remote.download(layer, store);
            return layer.digest();
          });
    }
    Parallel.run(downloads);
    return new PulledImage(
        reference.withDigest(root.digest()),
        root,
        manifest.withPlatform(platform),
        content.layers(),
        config);
  }

  /**
   * Pulls everything that a reference names, for all platforms.
   *
   * @return what it names, an index where there is one
   * @throws UsageException where the registry has no such image
   * @throws VerificationException where content is not what its digest says, or malformed
   * @throws ai.opencode.sandbox.failure.AuthenticationException where the registry refuses
   * @throws ai.opencode.sandbox.failure.NetworkException where it cannot be reached, or fails
   */
  public Descriptor pullWhole(Reference reference, BlobStore store) throws IOException {
    List<String> scopes = List.of("repository:" + reference.repository() + ":pull");
    RemoteRepository remote = new RemoteRepository(access, transport, reference, scopes);
    Descriptor root = document(remote, reference.selector(), store);
    Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    collect(remote, reference, root, store, blobs, 0);
    List<Callable<Digest>> downloads = new ArrayList<>();
    for (Descriptor blob : blobs.values()) {
      downloads.add(
          () -> {
            remote.download(blob, store);
            return blob.digest();
          });
    }
    Parallel.run(downloads);
    return root;
  }

  private static void collect(
      RemoteRepository remote,
      Reference reference,
      Descriptor document,
      BlobStore store,
      Map<Digest, Descriptor> blobs,
      int depth)
      throws IOException {
    byte[] content = store.read(document.digest());
    if (MediaType.isIndex(document.mediaType()) && depth < MAX_DEPTH) {
      for (Descriptor each : ImageIndex.parse(content, reference.toString()).manifests()) {
        Descriptor child = document(remote, each.digest().toString(), store);
        collect(remote, reference, child, store, blobs, depth + 1);
      }
    } else if (MediaType.isManifest(document.mediaType())) {
      Manifest manifest = Manifest.parse(content, reference.toString());
      manifest.layers().forEach(layer -> blobs.put(layer.digest(), layer));
      blobs.put(manifest.config().digest(), manifest.config());
    } else {
      throw new VerificationException(
          reference + ": not an image but " + printable(document.mediaType()));
    }
  }

  static Descriptor document(RemoteRepository remote, String selector, BlobStore store)
      throws IOException {
    if (Digest.isDigest(selector) && store.contains(Digest.of(selector))) {
      byte[] content = store.read(Digest.of(selector));
      return Descriptor.of(mediaType(content, selector), Digest.of(selector), content.length);
    }
    RemoteRepository.Fetched fetched = remote.manifest(selector);
    return store.put(fetched.mediaType(), fetched.content());
  }

  /** Older manifests do not name their type; their form shows it. */
  private static String mediaType(byte[] content, String name) {
    var json = Json.parse(content, name);
    String written = json.path("mediaType").asText();
    if (!written.isEmpty()) {
      return written;
    }
    return json.path("manifests").isArray() ? MediaType.INDEX : MediaType.MANIFEST;
  }

  private static ImageConfig config(
      RemoteRepository remote, Reference reference, Manifest manifest, BlobStore store)
      throws IOException {
    Descriptor config = manifest.config();
    if (config.size() > Json.MAX_BYTES) {
      throw new VerificationException(
          reference + ": a configuration of " + config.size() + " bytes");
    }
    remote.download(config, store);
    return ImageConfig.parse(store.read(config.digest()), reference.toString());
  }

  private static UsageException lacks(Reference reference, Platform platform, ImageIndex index) {
    String offered =
        index.manifests().stream()
            .map(Descriptor::platform)
            .filter(Objects::nonNull)
            .map(Platform::toString)
            .filter(name -> !name.startsWith("unknown/"))
            .distinct()
            .map(BasePuller::printable)
            .collect(Collectors.joining(", "));
    return new UsageException(reference + " has no image for " + platform + "; it has " + offered);
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
