package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.failure.VerificationException;
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
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An image with the chosen kinds of statements only. The images in its index are unchanged; the
 * index is another one if statements are left out. Nothing is written into the image's store.
 *
 * @param blobs the content, with the changed documents
 * @param root the index, or the manifest of an image for one platform
 */
public record KeptStatements(BlobStore blobs, Descriptor root) {

  /**
   * Leaves out the statements that are not chosen.
   *
   * @param words {@code all} alone or nothing, which leave the image as it is, or a choice as of
   *     {@link AttestationKind#chosen}: statements of other kinds are left out, also those of kinds
   *     that this program does not write
   * @throws ai.opencode.sandbox.failure.UsageException if the choice is malformed
   * @throws VerificationException if content is missing or malformed, or an index lists another
   *     one, whose statements cannot be left out
   */
  public static KeptStatements of(Collection<String> words, BlobStore blobs, Descriptor root)
      throws IOException {
    if (words.isEmpty() || AttestationKind.isAll(words)) {
      return new KeptStatements(blobs, root);
    }
    Set<String> types = new HashSet<>();
    AttestationKind.chosen(words).forEach(each -> types.add(each.predicateType()));
    if (!MediaType.isIndex(root.mediaType())) {
      return new KeptStatements(blobs, root);
    }
    return without(types, blobs, root);
  }

  private static KeptStatements without(Set<String> types, BlobStore blobs, Descriptor root)
      throws IOException {
    String source = "the index " + root.digest();
    byte[] before = blobs.read(root.digest());
    // The parsed entries are those of the document, in its order.
    List<Descriptor> entries = ImageIndex.parse(before, source).manifests();
    ObjectNode index = (ObjectNode) Json.parse(before, source);
    JsonNode old = index.path("manifests");
    ArrayNode listed = index.putArray("manifests");
    Map<Digest, byte[]> changed = new TreeMap<>();
    Iterator<JsonNode> nodes = old.elements();
    for (Descriptor entry : entries) {
      JsonNode each = nodes.next();
      if (MediaType.isIndex(entry.mediaType())) {
        throw new VerificationException(
            source
                + " lists another index, whose statements cannot be left out. Publish it with all"
                + " statements.");
      }
      if (AttestationManifest.isEntry(entry)) {
        byte[] all = blobs.read(entry.digest());
        kept(types, all, (ObjectNode) each, changed).ifPresent(listed::add);
      } else {
        listed.add(each);
      }
    }
    if (listed.equals(old)) {
      return new KeptStatements(blobs, root);
    }
    byte[] content = Json.write(index);
    Digest digest = Digest.sha256(content);
    changed.put(digest, content);
    return new KeptStatements(
        blobs.withDocuments(changed),
        new Descriptor(
            root.mediaType(), digest, content.length, root.annotations(), root.platform()));
  }

  /**
   * Returns the entry of an index for an attestation manifest with the statements of some types
   * only; empty if none is left.
   *
   * @param json the manifest with all statements
   * @param changed receives the manifest if it is another one
   */
  private static Optional<ObjectNode> kept(
      Set<String> types, byte[] json, ObjectNode entry, Map<Digest, byte[]> changed) {
    String source = "attestation " + entry.path("digest").asText();
    Set<String> chosen = new HashSet<>();
    for (Descriptor each : AttestationManifest.statements(json, source)) {
      if (types.contains(each.annotations().get(AttestationManifest.PREDICATE_TYPE))) {
        chosen.add(each.digest().toString());
      }
    }
    ObjectNode manifest = (ObjectNode) Json.parse(json, source);
    JsonNode old = manifest.path("layers");
    ArrayNode layers = manifest.putArray("layers");
    old.forEach(
        each -> {
          // A layer that is no statement belongs to the image, whatever is said about it.
          if (chosen.contains(each.path("digest").asText())
              || !each.path("mediaType").asText().equals(Statement.MEDIA_TYPE)) {
            layers.add(each);
          }
        });
    if (layers.equals(old)) {
      return Optional.of(entry);
    }
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    byte[] content = Json.write(manifest);
    Digest digest = Digest.sha256(content);
    changed.put(digest, content);
    ObjectNode other = entry.deepCopy();
    return Optional.of(other.put("digest", digest.toString()).put("size", content.length));
  }
}
