package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The manifest of the statements about an image for one platform, which the index lists beside the
 * image (BuildKit, attestation-storage.md).
 *
 * <p>It has no field {@code subject}: no reader needs it, since the index names the image, and with
 * it several programs write a tag for each copy into registries without an API for referrers.
 */
public final class AttestationManifest {

  private static final String TYPE = "application/vnd.docker.attestation.manifest.v1+json";
  private static final String REFERENCE = "attestation-manifest";

  /** The annotation with the type of a statement. */
  public static final String PREDICATE_TYPE = "in-toto.io/predicate-type";

  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

  /** More than any program writes; a hostile image could list millions. */
  private static final int MAX_STATEMENTS = 16;

  private static final int MAX_MANIFESTS = 4;

  private AttestationManifest() {}

  /** Writes statements into a store, as the other method does, without further blobs. */
  public static Descriptor write(Digest image, List<Statement> statements, BlobStore store)
      throws IOException {
    return write(image, statements, List.of(), store);
  }

  /**
   * Writes statements into a store.
   *
   * @param image the digest of the image's manifest, which is the subject of each statement
   * @param others further blobs of the store that go where the statements go, of types that readers
   *     of statements ignore
   * @return the entry for the index
   */
  public static Descriptor write(
      Digest image, List<Statement> statements, List<Descriptor> others, BlobStore store)
      throws IOException {
    ObjectNode manifest = Json.object();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaType.MANIFEST);
    manifest.put("artifactType", TYPE);
    Descriptor config = store.put(MediaType.EMPTY, EMPTY);
    manifest
        .putObject("config")
        .put("mediaType", config.mediaType())
        .put("digest", config.digest().toString())
        .put("size", config.size())
        .put("data", EMPTY);
    ArrayNode layers = manifest.putArray("layers");
    for (Statement each : statements) {
      Descriptor blob = store.put(Statement.MEDIA_TYPE, each.toJson());
      layer(layers, blob).putObject("annotations").put(PREDICATE_TYPE, each.predicateType());
    }
    others.forEach(each -> layer(layers, each));
    return entry(image, store.put(MediaType.MANIFEST, Json.write(manifest)));
  }

  private static ObjectNode layer(ArrayNode layers, Descriptor blob) {
    return layers
        .addObject()
        .put("mediaType", blob.mediaType())
        .put("digest", blob.digest().toString())
        .put("size", blob.size());
  }

  /** Returns the entry of an index for a manifest of statements about an image. */
  public static Descriptor entry(Digest image, Descriptor manifest) {
    return manifest
        .withAnnotations(
            Map.of(
                Annotations.REFERENCE_TYPE,
                REFERENCE,
                Annotations.REFERENCE_DIGEST,
                image.toString()))
        .withPlatform(Platform.NONE);
  }

  /** Returns the entries of an index that are manifests of statements about its images. */
  public static List<Descriptor> entries(ImageIndex index) {
    return index.manifests().stream().filter(AttestationManifest::isEntry).toList();
  }

  static boolean isEntry(Descriptor entry) {
    return REFERENCE.equals(entry.annotations().get(Annotations.REFERENCE_TYPE));
  }

  /**
   * Returns the entries of an index that are manifests of statements about an image.
   *
   * @throws VerificationException if they are more than programs write
   */
  public static List<Descriptor> entries(ImageIndex index, Digest image) {
    List<Descriptor> entries =
        entries(index).stream()
            .filter(
                each ->
                    image.toString().equals(each.annotations().get(Annotations.REFERENCE_DIGEST)))
            .toList();
    if (entries.size() > MAX_MANIFESTS) {
      throw new VerificationException(
          "The index has "
              + entries.size()
              + " attestations for "
              + image
              + ", and at most "
              + MAX_MANIFESTS
              + " are read. Use another image, or build it again.");
    }
    return entries;
  }

  /**
   * Returns the blobs of a manifest that are statements; those of other kinds are ignored, as their
   * specification demands.
   *
   * @throws VerificationException if it is not a manifest, or lists too many statements
   */
  public static List<Descriptor> statements(byte[] manifest, String source) {
    return claimed(manifest, source).stream()
        .filter(each -> each.mediaType().equals(Statement.MEDIA_TYPE))
        .toList();
  }

  /**
   * Returns the blobs of a manifest that are statements, and those that other programs could take
   * for some: in an envelope of a signature, or with a type of a predicate.
   *
   * @throws VerificationException if it is not a manifest, or lists too many statements
   */
  public static List<Descriptor> claimed(byte[] manifest, String source) {
    List<Descriptor> statements = new ArrayList<>();
    for (Descriptor layer : Manifest.parse(manifest, source).layers()) {
      if (layer.mediaType().equals(Statement.MEDIA_TYPE)
          || layer.annotations().containsKey(PREDICATE_TYPE)) {
        statements.add(layer);
      }
    }
    if (statements.size() > MAX_STATEMENTS) {
      throw new VerificationException(
          source
              + ": lists more than "
              + MAX_STATEMENTS
              + " statements. Use another image, or build it again.");
    }
    return statements;
  }
}
