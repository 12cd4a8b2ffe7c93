package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A built image whose statements, attestation manifest and index can be changed as documents, also
 * into ones that no program of ours writes. The digests between them are true.
 */
final class AnAttestedImage {

  private static final String TYPE = "in-toto.io/predicate-type";

  private final BlobStore blobs;
  private final Digest image;
  private final JsonNode sound;
  private final Map<AttestationKind, byte[]> statements = new EnumMap<>(AttestationKind.class);
  private final List<Consumer<ObjectNode>> ofManifest = new ArrayList<>();
  private final List<Consumer<ObjectNode>> ofIndex = new ArrayList<>();

  private AnAttestedImage(BlobStore blobs, Digest image, JsonNode sound) {
    this.blobs = blobs;
    this.image = image;
    this.sound = sound;
  }

  static AnAttestedImage of(BuiltImage built, BlobStore blobs) throws IOException {
    return of(built.digest(), blobs);
  }

  /** Returns the same for an index of one image with its statements. */
  static AnAttestedImage of(Digest index, BlobStore blobs) throws IOException {
    byte[] json = blobs.read(index);
    ImageIndex images = ImageIndex.parse(json, "the index");
    AnAttestedImage made =
        new AnAttestedImage(blobs, images.images().get(0).digest(), Json.parse(json, "the index"));
    Descriptor entry = AttestationManifest.entries(images).get(0);
    JsonNode manifest = Json.parse(blobs.read(entry.digest()), "the attestation");
    for (JsonNode layer : manifest.path("layers")) {
      for (AttestationKind each : AttestationKind.values()) {
        if (layer.path("annotations").path(TYPE).asText().equals(each.predicateType())) {
          made.statements.put(each, blobs.read(Digest.of(layer.path("digest").asText())));
        }
      }
    }
    return made;
  }

  Digest image() {
    return image;
  }

  BlobStore blobs() {
    return blobs;
  }

  private byte[] bytes(AttestationKind kind) {
    return Objects.requireNonNull(statements.get(kind), kind.toString());
  }

  /** Changes a statement, with its envelope. */
  AnAttestedImage statement(AttestationKind kind, Consumer<ObjectNode> change) {
    ObjectNode node = (ObjectNode) Json.parse(bytes(kind), "it");
    change.accept(node);
    statements.put(kind, Json.write(node));
    return this;
  }

  AnAttestedImage predicate(AttestationKind kind, Consumer<ObjectNode> change) {
    return statement(kind, each -> change.accept((ObjectNode) each.path("predicate")));
  }

  /** Changes a statement's text, also into one that is no JSON. */
  AnAttestedImage text(AttestationKind kind, UnaryOperator<String> change) {
    String before = new String(bytes(kind), StandardCharsets.UTF_8);
    String after = change.apply(before);
    if (after.equals(before)) {
      throw new AssertionError("The change changes nothing in " + before);
    }
    statements.put(kind, after.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Changes the manifest of the statements, after they are written. */
  AnAttestedImage manifest(Consumer<ObjectNode> change) {
    ofManifest.add(change);
    return this;
  }

  /** Changes the index, after the manifest of the statements is written. */
  AnAttestedImage index(Consumer<ObjectNode> change) {
    ofIndex.add(change);
    return this;
  }

  /** Returns the entry of a statement in the manifest. */
  ObjectNode layer(AttestationKind kind, byte[] statement) throws IOException {
    ObjectNode layer = described(blobs.put("application/vnd.in-toto+json", statement));
    layer.putObject("annotations").put(TYPE, kind.predicateType());
    return layer;
  }

  private static ObjectNode described(Descriptor blob) {
    return Json.object()
        .put("mediaType", blob.mediaType())
        .put("digest", blob.digest().toString())
        .put("size", blob.size());
  }

  /** Returns an entry for the index with a manifest of the statements as they are now. */
  ObjectNode entry() throws IOException {
    ObjectNode manifest =
        Json.object()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.MANIFEST)
            .put("artifactType", "application/vnd.docker.attestation.manifest.v1+json");
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    manifest.set("config", described(blobs.put(MediaType.EMPTY, empty)));
    ArrayNode layers = manifest.putArray("layers");
    for (Map.Entry<AttestationKind, byte[]> each : statements.entrySet()) {
      layers.add(layer(each.getKey(), each.getValue()));
    }
    ofManifest.forEach(each -> each.accept(manifest));
    ObjectNode entry = described(blobs.put(MediaType.MANIFEST, Json.write(manifest)));
    entry
        .putObject("annotations")
        .put("vnd.docker.reference.digest", image.toString())
        .put("vnd.docker.reference.type", "attestation-manifest");
    entry.putObject("platform").put("architecture", "unknown").put("os", "unknown");
    return entry;
  }

  /** Writes the image; returns its index. */
  Descriptor write() throws IOException {
    ObjectNode index = sound.deepCopy();
    ((ArrayNode) index.path("manifests")).set(1, entry());
    ofIndex.forEach(each -> each.accept(index));
    return blobs.put(MediaType.INDEX, Json.write(index));
  }
}
