package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The pull of one platform's image into a store. A pinned image that is in the store already needs
 * no network.
 */
public final class BasePuller {

  /**
   * An image that is completely in the store.
   *
   * @param reference the image's name, with the digest of {@code root}
   * @param root the document that the name leads to: an index of several platforms, or a manifest
   * @param manifest the manifest for the platform; the same as {@code root} if that is a manifest
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

  private final RegistryAccess access;
  private final Transport transport;

  public BasePuller(RegistryAccess access) {
    this.access = access;
    this.transport = new Transport(access);
  }

  /**
   * Pulls the image for a platform.
   *
   * @throws UsageException if the registry does not have the image, or none for the platform
   * @throws VerificationException if content does not match its digest, or is malformed
   * @throws ai.opencode.sandbox.failure.AuthenticationException if the registry refuses the request
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached, or
   *     fails
   */
  public PulledImage pull(Reference reference, Platform platform, BlobStore store)
      throws IOException {
    Reference place = access.mirrored(reference);
    RemoteContent remote = new RemoteContent(access, transport, place, store);
    Descriptor root = remote.document(reference.selector());
    Descriptor manifest = root;
    if (MediaType.isIndex(root.mediaType())) {
      ImageIndex index = ImageIndex.parse(store.read(root.digest()), reference.toString());
      Descriptor chosen =
          index
              .forPlatform(platform, reference.toString())
              .orElseThrow(() -> lacks(reference, platform, index));
      manifest = remote.document(chosen).withPlatform(platform);
    }
    if (!MediaType.isManifest(manifest.mediaType())) {
      throw new VerificationException(
          reference
              + " is not an image but a document of type "
              + PlainText.line(manifest.mediaType())
              + ". Name an image.");
    }
    Manifest content = Manifest.parse(store.read(manifest.digest()), reference.toString());
    ImageConfig config = config(remote, reference, content, store);
    if (!config.platform().equals(platform)) {
      throw new UsageException(
          reference
              + " is an image for "
              + config.platform()
              + ", not for "
              + platform
              + ". Use an image for that platform.");
    }
    requireEachDiffId(reference, content, config);
    remote.download(content.layers());
    return new PulledImage(
        reference.withDigest(root.digest()),
        root,
        manifest.withPlatform(platform),
        content.layers(),
        config);
  }

  private static void requireEachDiffId(
      Reference reference, Manifest manifest, ImageConfig config) {
    if (config.diffIds().size() != manifest.layers().size()) {
      throw new VerificationException(
          reference
              + " is malformed: its manifest has "
              + manifest.layers().size()
              + " layers, but its configuration has digests (diff_ids) of "
              + config.diffIds().size()
              + ". Use another image, or report this to its publisher.");
    }
  }

  private static ImageConfig config(
      RemoteContent remote, Reference reference, Manifest manifest, BlobStore store)
      throws IOException {
    Descriptor config = manifest.config();
    if (config.size() > Json.MAX_BYTES) {
      throw new VerificationException(
          reference
              + " has a configuration of "
              + config.size()
              + " bytes, which is too large. Use another image.");
    }
    remote.download(List.of(config));
    return ImageConfig.parse(store.read(config.digest()), reference.toString());
  }

  private static UsageException lacks(Reference reference, Platform platform, ImageIndex index) {
    String offered =
        index.images().stream()
            .map(Descriptor::platform)
            .filter(Objects::nonNull)
            .map(Platform::toString)
            .distinct()
            .map(PlainText::line)
            .collect(Collectors.joining(", "));
    return new UsageException(
        reference
            + " has no image for "
            + platform
            + ", only for "
            + offered
            + ". Name one of these with --platform, or use another image.");
  }
}
