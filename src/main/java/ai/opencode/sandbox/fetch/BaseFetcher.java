package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.BasePuller;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fetcher of the base image, which copies it into the cache. */
public final class BaseFetcher {

  /**
   * A base image in the cache, with all blobs for its platform.
   *
   * @param name the base image's name in labels
   * @param reference the reference, pinned by digest; null if the image is not from a registry
   * @param root the digest of the index, or of the manifest if there is no index
   * @param manifest the digest of the platform's manifest
   * @param layers the layers, lowest first
   * @param config the configuration
   */
  public record FetchedBase(
      String name,
      @Nullable Reference reference,
      Digest root,
      Digest manifest,
      List<BaseLayer> layers,
      ImageConfig config) {

    public FetchedBase {
      layers = List.copyOf(layers);
      layers.forEach(each -> requireGzip(each.blob()));
    }

    /** Returns the layers as the manifest lists them, lowest first. */
    public List<Descriptor> blobs() {
      return layers.stream().map(BaseLayer::blob).toList();
    }

    /** Refuses layers of other compressions, because the builder reads and labels them as gzip. */
    private static void requireGzip(Descriptor layer) {
      String type = layer.mediaType();
      if (!type.equals(MediaType.LAYER_GZIP) && !type.equals(MediaType.DOCKER_LAYER_GZIP)) {
        throw new VerificationException(
            "The base image has a layer "
                + layer.digest()
                + " of the type "
                + type
                + ", which is not supported. Use a base image with gzip layers.");
      }
    }
  }

  private final Cache cache;
  private final RegistryAccess registries;
  private final boolean offline;

  public BaseFetcher(Cache cache, RegistryAccess registries) {
    this(cache, registries, false);
  }

  /**
   * Makes a fetcher.
   *
   * @param offline whether pulling is forbidden, so that the image must be in the cache
   */
  public BaseFetcher(Cache cache, RegistryAccess registries, boolean offline) {
    this.cache = cache;
    this.registries = registries;
    this.offline = offline;
  }

  /**
   * Fetches a base image.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if the image does not exist, cannot be
   *     reached or does not match its digest
   */
  public FetchedBase fetch(Upstream.BaseSource source, Platform platform) throws IOException {
    return source.in(
        new Upstream.BaseCases<>() {
          @Override
          public FetchedBase registry(Upstream.RegistryBase base) throws IOException {
            return pull(base.reference(), base.name(), platform);
          }

          @Override
          public FetchedBase layout(Upstream.LayoutBase base) throws IOException {
            return copied(base);
          }

          @Override
          public FetchedBase archived(Upstream.ArchivedBase base) throws IOException {
            Digest root = base.reference().pinned().orElseThrow();
            for (Digest digest : blobs(base.content(), root, platform)) {
              cache.blobs().importFrom(base.content(), digest);
            }
            // The whole image is in the cache now, so no registry is asked.
            return pull(base.reference(), base.name(), platform);
          }
        });
  }

  private FetchedBase copied(Upstream.LayoutBase base) throws IOException {
    BlobStore from = new OciLayout(base.layout()).blobs();
    for (Digest digest : OciLayout.reachable(from, base.manifest())) {
      cache.blobs().importFrom(from, digest);
    }
    Digest digest = base.manifest().digest();
    Manifest manifest = Manifest.parse(from.read(digest), base.name());
    ImageConfig config =
        ImageConfig.parse(from.read(manifest.config().digest()), base.name() + " (config)");
    return new FetchedBase(
        base.name(), null, digest, digest, BaseLayer.of(manifest.layers(), config), config);
  }

  private FetchedBase pull(Reference reference, String name, Platform platform) throws IOException {
    if (offline && !isCached(reference, platform)) {
      throw new NetworkException(
          "The base image "
              + reference
              + " is not in the cache, and --offline forbids pulling it. Build once without"
              + " --offline.");
    }
    BasePuller.PulledImage pulled =
        new BasePuller(registries).pull(reference, platform, cache.blobs());
    return new FetchedBase(
        name,
        pulled.reference(),
        pulled.root().digest(),
        pulled.manifest().digest(),
        BaseLayer.of(pulled.layers(), pulled.config()),
        pulled.config());
  }

  /** Returns whether the whole image is in the cache, so that no registry need be asked. */
  public boolean isCached(Reference reference, Platform platform) throws IOException {
    Optional<Digest> root = reference.pinned();
    try {
      return root.isPresent()
          && blobs(cache.blobs(), root.get(), platform).stream().allMatch(cache.blobs()::contains);
    } catch (DamagedFileException e) {
      throw e;
    } catch (VerificationException e) {
      return false; // the index or the manifest is missing
    }
  }

  /**
   * Returns all blobs of a base image for one platform: index, manifest, configuration and layers.
   *
   * @param root the digest of the index, or of the manifest if there is no index
   * @throws ai.opencode.sandbox.failure.VerificationException if the index or the manifest is
   *     missing or corrupt, or none is for the platform
   */
  public static List<Digest> blobs(BlobStore store, Digest root, Platform platform)
      throws IOException {
    List<Digest> blobs = new ArrayList<>(List.of(root));
    Digest image = root;
    byte[] document = store.read(root);
    if (Json.parse(document, root.toString()).path("manifests").isArray()) {
      image =
          ImageIndex.parse(document, root.toString())
              .forPlatform(platform, root.toString())
              .orElseThrow(
                  () -> new VerificationException("The index " + root + " has no " + platform))
              .digest();
      blobs.add(image);
      document = store.read(image);
    }
    Manifest manifest = Manifest.parse(document, image.toString());
    blobs.add(manifest.config().digest());
    manifest.layers().forEach(layer -> blobs.add(layer.digest()));
    return blobs;
  }
}
