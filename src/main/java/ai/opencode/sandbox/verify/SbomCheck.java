package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.attest.sbom.BillSubject;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageBill;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The check that the SBOM of an image names the software that is in it, and no other: Alpine and
 * npm packages and modules of Go programs, each with its version, address and layer.
 */
final class SbomCheck implements Check {

  private static final String ID = "sbom";
  private static final String IMAGE = "SPDXRef-DocumentRoot-Image-";
  private static final String TOOL = "Tool: opencode-sandbox";
  private static final String LAYER = "LayerDigest: ";

  /**
   * Returns whether this program wrote a document, so that it names software as this check does.
   */
  static boolean isOwn(JsonNode document) {
    for (JsonNode creator : document.at("/creationInfo/creators")) {
      if (creator.asText().startsWith(TOOL)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        ID, "the SBOM names the packages of the image with their layers, and no others");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    JsonNode stated = image.attestations().sbom();
    if (stated == null) {
      return;
    }
    JsonNode actual;
    try {
      byte[] document =
          Sbom.ofProgram(Project.version())
              .spdx(ImageBill.of(image.root(), image.database(), subject(image)));
      actual = Json.parse(document, "the software of the image");
    } catch (VerificationException e) {
      flaws.add(ID, "packages", String.valueOf(e.getMessage()));
      return;
    }
    Map<String, Integer> software = software(actual);
    software(stated).forEach((each, count) -> software.merge(each, -count, Integer::sum));
    software.forEach(
        (each, more) -> {
          if (more > 0) {
            flaws.add(ID, each, "the SBOM does not name it");
          } else if (more < 0) {
            flaws.add(ID, each, "the SBOM names it, and the image does not have it");
          }
        });
    layers(stated, image, flaws);
  }

  private static BillSubject subject(Examined image) {
    Map<String, String> labels = image.config().labels();
    return new BillSubject(
        labels.getOrDefault(Annotations.TITLE, "image"),
        labels.getOrDefault(Annotations.VERSION, ""),
        image.platform(),
        Optional.of(image.image().digest()),
        image.config().created(),
        Optional.empty());
  }

  /** Returns how often a document has each package, by name, version and address. */
  private static SortedMap<String, Integer> software(JsonNode document) {
    SortedMap<String, Integer> found = new TreeMap<>();
    for (JsonNode each : document.path("packages")) {
      if (!each.path("SPDXID").asText().startsWith(IMAGE)) {
        String label = each.path("name").asText() + " " + each.path("versionInfo").asText();
        String address = each.at("/externalRefs/0/referenceLocator").asText();
        found.merge((label + " " + address).strip(), 1, Integer::sum);
      }
    }
    return found;
  }

  private static void layers(JsonNode document, Examined image, Flaws flaws) {
    for (JsonNode each : document.path("packages")) {
      for (JsonNode annotation : each.path("annotations")) {
        String comment = annotation.path("comment").asText();
        if (comment.startsWith(LAYER)
            && NamedPackages.layer(comment.substring(LAYER.length()), image) == null) {
          flaws.add(
              ID,
              each.path("name").asText(),
              "the image has no layer " + comment.substring(LAYER.length()));
        }
      }
    }
  }
}
