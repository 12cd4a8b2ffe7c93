package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.AttachedStatements;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.OpenedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements about an image that this program understands. Those of other kinds, and provenance
 * that another program wrote, are ignored.
 *
 * @param sbom the document about the software, which this program wrote; null if there is none
 * @param provenance the image's inputs; null if there is no such statement, or it is malformed
 * @param origin the proof of the packages' origin; null if there is none, or it is malformed
 * @param originBlob the digest of the statement with that proof; null if there is none
 */
record Attestations(
    @Nullable JsonNode sbom,
    @Nullable Provenance provenance,
    @Nullable ApkOrigin origin,
    @Nullable Digest originBlob) {

  /** The id of the findings about statements as such. */
  static final String ID = "attestation";

  /** Reads the statements, and reports those that are not about the image or malformed. */
  static Attestations read(OpenedImage image, Flaws flaws) throws IOException {
    Map<AttestationKind, Statement> statements = new EnumMap<>(AttestationKind.class);
    Map<AttestationKind, Digest> blobs = new EnumMap<>(AttestationKind.class);
    for (AttachedStatements.Unread each : image.statements().all()) {
      Optional<AttestationKind> kind = kind(each.predicateType());
      if (kind.isEmpty()) {
        continue;
      }
      try {
        Statement statement = Statement.parse(each.read(flaws), each.label());
        if (!statement.subject().equals(image.digest())) {
          flaws.add(
              ID,
              each.label(),
              "it is about " + statement.subject() + ", not about " + image.digest());
        } else if (!statement.predicateType().equals(each.predicateType())) {
          flaws.add(
              ID,
              each.label(),
              "it is of the type "
                  + statement.predicateType()
                  + ", its manifest says "
                  + each.predicateType());
        } else if (statements.putIfAbsent(kind.get(), statement) != null) {
          flaws.add(ID, each.label(), "it is a second statement of the kind " + kind.get());
        } else {
          blobs.put(kind.get(), each.blob().digest());
        }
      } catch (VerificationException | IOException e) {
        flaws.add(ID, each.label(), String.valueOf(e.getMessage()));
      }
    }
    return parsed(statements, blobs.get(AttestationKind.ORIGIN), flaws);
  }

  private static Attestations parsed(
      Map<AttestationKind, Statement> statements, @Nullable Digest originBlob, Flaws flaws) {
    JsonNode sbom = null;
    Provenance provenance = null;
    ApkOrigin origin = null;
    for (Map.Entry<AttestationKind, Statement> each : statements.entrySet()) {
      String source = "the statement of the kind " + each.getKey();
      byte[] predicate = each.getValue().predicate();
      try {
        switch (each.getKey()) {
          case SBOM -> {
            JsonNode document = Json.parse(predicate, source);
            if (SbomCheck.isOwn(document)) {
              sbom = document;
            }
          }
          case PROVENANCE -> {
            if (Provenance.isOwn(predicate, source)) {
              provenance = Provenance.parse(predicate, source);
            }
          }
          case ORIGIN -> origin = ApkOrigin.parse(predicate, source);
        }
      } catch (VerificationException e) {
        flaws.add(ID, each.getKey().toString(), String.valueOf(e.getMessage()));
      }
    }
    return new Attestations(sbom, provenance, origin, originBlob);
  }

  private static Optional<AttestationKind> kind(String predicateType) {
    return Arrays.stream(AttestationKind.values())
        .filter(each -> each.predicateType().equals(predicateType))
        .findFirst();
  }

  /** Returns whether there is a well-formed statement of a kind. */
  boolean has(AttestationKind kind) {
    return switch (kind) {
      case SBOM -> sbom != null;
      case PROVENANCE -> provenance != null;
      case ORIGIN -> origin != null;
    };
  }
}
