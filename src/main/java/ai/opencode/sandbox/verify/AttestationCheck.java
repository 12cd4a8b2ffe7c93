package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.SortedMap;

/** The check that an image has the statements that it must have. */
final class AttestationCheck implements Check {

  private static final String MISSING = "attestation-missing";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        Attestations.ID,
        "statements in the index are about its images, well-formed, and one of each kind",
        MISSING,
        "the required statements exist, and all images of an index have some if one has");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (AttestationKind each : image.attestations().missing()) {
      flaws.add(MISSING, each.toString(), "the image has no statement of this kind");
    }
    if (image.image().statements().siblingsHaveSome()
        && image.image().statements().all().isEmpty()) {
      flaws.add(
          MISSING,
          "index",
          "it has statements about another image, and none about that for " + image.platform());
    }
  }
}
