package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The statements about an image that its index lists.
 *
 * @param siblingsHaveSome whether the index lists statements about another of its images
 * @param all the statements, unread
 */
public record AttachedStatements(boolean siblingsHaveSome, List<Unread> all) {

  static final AttachedStatements NONE = new AttachedStatements(false, List.of());

  /** The flaw of a document that the image lists and does not have. */
  public static final String MISSING = "it is listed, and the image does not have it";

  /** The id of the flaws that are found here. They change no file of the image. */
  public static final String ID = "attestation";

  /**
   * A statement that has not been read.
   *
   * @param blob the descriptor of the statement in its manifest
   */
  public record Unread(Descriptor blob, Layer.Bytes bytes) {

    /** Returns the type of the statement as its manifest states it; empty if it states none. */
    public String predicateType() {
      return blob.annotations().getOrDefault(AttestationManifest.PREDICATE_TYPE, "");
    }

    /** Returns whether it is a statement by itself, and not one in an envelope of another type. */
    public boolean isPlain() {
      return blob.mediaType().equals(Statement.MEDIA_TYPE);
    }

    /** Returns its name in messages. */
    public String label() {
      return "statement " + blob.digest();
    }

    /**
     * Reads the statement, and reports differences from its descriptor.
     *
     * @throws VerificationException if it is missing, or no JSON
     */
    public byte[] read(Flaws flaws) throws IOException {
      try (InputStream in = bytes.open()) {
        return Document.read("statement", blob, in, flaws).bytes();
      }
    }
  }

  /** The reading of an image's documents and blobs. */
  interface Content {

    byte[] manifest(Descriptor manifest) throws IOException;

    InputStream blob(Descriptor blob) throws IOException;
  }

  public AttachedStatements {
    all = List.copyOf(all);
  }

  /** Finds the statements about an image. */
  static AttachedStatements of(ImageIndex index, Digest image, Content content, Flaws flaws)
      throws IOException {
    Set<String> images =
        index.images().stream().map(each -> each.digest().toString()).collect(Collectors.toSet());
    List<Descriptor> entries = AttestationManifest.entries(index);
    kinds(index, entries, flaws);
    for (Descriptor each : entries) {
      String subject = each.annotations().getOrDefault(Annotations.REFERENCE_DIGEST, "");
      if (!images.contains(subject)) {
        flaws.add(
            ID,
            "attestation " + each.digest(),
            "it is about " + subject + ", which is no image of the index");
      }
    }
    List<Unread> all = new ArrayList<>();
    List<Descriptor> own = AttestationManifest.entries(index, image);
    for (Descriptor each : own) {
      String where = "attestation " + each.digest();
      try {
        for (Descriptor blob : AttestationManifest.claimed(content.manifest(each), where)) {
          all.add(new Unread(blob, () -> content.blob(blob)));
        }
      } catch (NoSuchFileException e) {
        flaws.add(ID, where, MISSING);
      } catch (VerificationException e) {
        flaws.add(ID, where, String.valueOf(e.getMessage()));
      }
    }
    return new AttachedStatements(entries.size() > own.size(), all);
  }

  /** Reports entries that some programs could take for attestations, and others for images. */
  private static void kinds(ImageIndex index, List<Descriptor> attestations, Flaws flaws) {
    for (Descriptor each : index.manifests()) {
      boolean attestation = attestations.contains(each);
      if (attestation != each.isForNoPlatform()) {
        flaws.add(
            ID,
            "attestation " + each.digest(),
            attestation
                ? "the index lists it for " + each.platform() + ", so an engine could run it"
                : "the index lists it for no platform, and does not call it an attestation");
      }
    }
  }
}
