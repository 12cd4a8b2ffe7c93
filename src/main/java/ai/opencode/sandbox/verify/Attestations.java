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
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The statements about an image that this program understands. Those of other kinds, and provenance
 * that another program wrote, are ignored.
 *
 * @param required the kinds of statements that the image must have
 * @param sbom the document about the software, which this program wrote; null if there is none
 * @param provenance the image's inputs; null if there is no such statement, or it is malformed
 * @param origin the proof of the packages' origin; null if there is none, or it is malformed
 * @param originBlob the digest of the blob with the statement of {@code origin}; null if there is
 *     none
 * @param others the number of statements that are ignored
 */
record Attestations(
    Set<AttestationKind> required,
    @Nullable JsonNode sbom,
    @Nullable Provenance provenance,
    @Nullable ApkOrigin origin,
    @Nullable Digest originBlob,
    int others) {

  /** The id of findings that a statement is malformed, superfluous, or about another image. */
  static final String ID = AttachedStatements.ID;

  /**
   * A statement of a kind that this program understands.
   *
   * @param blob the digest of its bytes
   */
  private record Known(Statement statement, byte[] bytes, Digest blob) {}

  /** Reads the statements, and reports those that are not about the image or malformed. */
  static Attestations read(OpenedImage image, Set<AttestationKind> required, Flaws flaws)
      throws IOException {
    Map<AttestationKind, Known> statements = new EnumMap<>(AttestationKind.class);
    int others = 0;
    for (AttachedStatements.Unread each : image.statements().all()) {
      Optional<AttestationKind> kind = kind(each.predicateType());
      try {
        if (kind.isEmpty()) {
          others++;
          foreign(each, flaws);
        } else if (!each.isPlain()) {
          flaws.add(
              ID,
              each.label(),
              "it is called "
                  + kind.get()
                  + " and of the type "
                  + each.blob().mediaType()
                  + ", which this program does not read");
        } else {
          known(each, kind.get(), image, flaws)
              .filter(read -> statements.putIfAbsent(kind.get(), read) != null)
              .ifPresent(
                  second ->
                      flaws.add(
                          ID, each.label(), "it is a second statement of the kind " + kind.get()));
        }
      } catch (NoSuchFileException e) {
        flaws.add(ID, each.label(), AttachedStatements.MISSING);
      } catch (VerificationException | IOException e) {
        flaws.add(ID, each.label(), String.valueOf(e.getMessage()));
      }
    }
    Known origin = statements.get(AttestationKind.ORIGIN);
    return parsed(required, statements, origin == null ? null : origin.blob(), others, flaws);
  }

  private static Optional<Known> known(
      AttachedStatements.Unread each, AttestationKind kind, OpenedImage image, Flaws flaws)
      throws IOException {
    byte[] bytes = each.read(flaws);
    Statement statement = Statement.parse(bytes, each.label());
    if (!statement.subject().equals(image.digest())) {
      flaws.add(
          ID, each.label(), "it is about " + statement.subject() + ", not about " + image.digest());
    } else if (!statement.predicateType().equals(kind.predicateType())) {
      type(each, statement.predicateType(), flaws);
    } else {
      return Optional.of(new Known(statement, bytes, each.blob().digest()));
    }
    return Optional.empty();
  }

  private static void type(AttachedStatements.Unread each, String actual, Flaws flaws) {
    String stated = each.predicateType();
    flaws.add(
        ID,
        each.label(),
        "its type is "
            + actual
            + ", but its manifest says "
            + (stated.isEmpty() ? "none" : stated));
  }

  /**
   * Reports a statement of a kind that this program understands under another name, which readers
   * that ask the statement itself would take for one of that kind. Larger ones are not read.
   */
  private static void foreign(AttachedStatements.Unread each, Flaws flaws) throws IOException {
    if (each.isPlain() && each.blob().size() <= Json.MAX_BYTES) {
      String actual = Json.parse(each.read(flaws), each.label()).path("predicateType").asText();
      if (kind(actual).isPresent()) {
        type(each, actual, flaws);
      }
    }
  }

  private static Attestations parsed(
      Set<AttestationKind> required,
      Map<AttestationKind, Known> statements,
      @Nullable Digest originBlob,
      int ignored,
      Flaws flaws) {
    int others = ignored;
    JsonNode sbom = null;
    Provenance provenance = null;
    ApkOrigin origin = null;
    for (Map.Entry<AttestationKind, Known> each : statements.entrySet()) {
      AttestationKind kind = each.getKey();
      String source = "the statement of the kind " + kind;
      byte[] predicate = each.getValue().statement().predicate();
      try {
        switch (kind) {
          case SBOM -> {
            JsonNode document = Json.parse(predicate, source);
            if (SbomCheck.isOwn(document)) {
              sbom = document;
              form(kind, each.getValue(), predicate, flaws);
            } else {
              others++;
            }
          }
          case PROVENANCE -> {
            if (Provenance.isOwn(predicate, source)) {
              provenance = Provenance.parse(predicate, source);
              form(kind, each.getValue(), provenance.toJson(), flaws);
            } else {
              others++;
            }
          }
          case ORIGIN -> {
            origin = ApkOrigin.parse(predicate, source);
            form(kind, each.getValue(), origin.toJson(), flaws);
          }
        }
      } catch (VerificationException e) {
        flaws.add(ID, kind.toString(), String.valueOf(e.getMessage()));
      }
    }
    return new Attestations(required, sbom, provenance, origin, originBlob, others);
  }

  private static void form(AttestationKind kind, Known stated, byte[] predicate, Flaws flaws) {
    Statement written = Statement.of(kind, stated.statement().subject(), predicate);
    WrittenForm.compare(kind.toString(), stated.bytes(), written.toJson(), flaws);
  }

  /** Returns the required kinds of which the image has no statement. */
  SortedSet<AttestationKind> missing() {
    SortedSet<AttestationKind> missing = new TreeSet<>(required);
    missing.removeIf(this::has);
    return missing;
  }

  private static Optional<AttestationKind> kind(String predicateType) {
    return Arrays.stream(AttestationKind.values())
        .filter(each -> each.predicateType().equals(predicateType))
        .findFirst();
  }

  /** Returns the kinds of the statements that are compared with the image. */
  List<AttestationKind> kinds() {
    return Arrays.stream(AttestationKind.values()).filter(this::has).toList();
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
