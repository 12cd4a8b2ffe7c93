package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerificationReportTest {

  private static VerificationReport report(
      String upstream, @Nullable OriginSummary origin, Finding... findings) {
    return new VerificationReport(
        "oci:images:one",
        Platform.LINUX_AMD64,
        "base",
        List.of(findings),
        new ImageFacts(
            Digest.sha256("one"),
            new ImageFacts.Labels("one", "1", upstream),
            new ImageFacts.Sizes(1, 2),
            new ImageFacts.Counts(1, 1, 2, 0),
            new ImageFacts.Statements(List.of(AttestationKind.SBOM), 1)),
        origin);
  }

  private static OriginSummary signed(int count) {
    List<String> names = List.of("one-1-r0", "two-1-r0").subList(0, count);
    return new OriginSummary(
        new OriginSummary.Packages(names, List.of(), List.of()),
        2 - count,
        new OriginSummary.Layers(1, count, 10, 10),
        null,
        null);
  }

  @Test
  void saysWhyNoneOfTheStandInsPackagesIsSigned() {
    Finding unsigned = new Finding("origin-signature", "one-1-r0", "no trusted key signed it");

    assertThat(report("stand-in", signed(0), unsigned).lines())
        .last()
        .asString()
        .contains("The stand-in made these packages", "--upstream official");
    assertThat(report("official", signed(0), unsigned).lines()).last().isEqualTo("  1 finding");
    assertThat(report("stand-in", null, unsigned).lines()).last().isEqualTo("  1 finding");
    assertThat(report("stand-in", signed(2)).lines())
        .last()
        .asString()
        .endsWith("and trusted keys signed its packages");
  }

  @Test
  void namesTheStatementsThatWereComparedAndCountsTheOthers() {
    assertThat(report("official", null).lines())
        .contains("  statements beside it: sbom; 1 of other programs are not compared");
    assertThat(report("official", null).toJson().path("facts").toString())
        .contains("\"statements\":[\"sbom\"],\"otherStatements\":1");
    assertThat(new ImageFacts.Statements(List.of(), 0)).hasToString("none");
  }
}
