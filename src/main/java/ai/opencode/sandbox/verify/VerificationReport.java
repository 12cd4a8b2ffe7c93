package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of verifying an image for one platform. The same image gives the same report.
 *
 * @param image the place that it was read from
 * @param contract the name of the contract
 * @param findings all findings, sorted; empty if the image has no defect
 * @param facts the facts about the image; null if it is too corrupt to be read
 * @param origin the part of the image that leads to trusted signatures; null if that was no
 *     question, or the image is too corrupt to be read
 */
@Api
public record VerificationReport(
    String image,
    Platform platform,
    String contract,
    List<Finding> findings,
    @Nullable ImageFacts facts,
    @Nullable OriginSummary origin) {

  public VerificationReport {
    findings = findings.stream().sorted().distinct().toList();
  }

  public boolean isClean() {
    return findings.isEmpty();
  }

  /** Returns the report for people, one line for each finding. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        PlainText.line(image)
            + " "
            + platform
            + ", checked against the contract \""
            + contract
            + "\"");
    if (facts != null) {
      lines.addAll(lines(facts));
    }
    if (origin != null) {
      lines.addAll(origin.lines());
    }
    for (Finding finding : findings) {
      lines.add("  " + PlainText.line(finding + " (" + finding.shows() + ")"));
    }
    lines.add(
        findings.isEmpty()
            ? "  no findings in "
                + Checks.count(Contract.isNamed(contract))
                + " checks: the image is consistent"
                + (origin == null ? "" : origin.conclusion())
            : "  " + findings.size() + (findings.size() == 1 ? " finding" : " findings"));
    if (origin != null && isStandIn() && origin.unsigned() > 0) {
      lines.add(
          "  The stand-in made these packages on this machine, so Alpine has signed none of them."
              + " Build with --upstream official for packages that Alpine's keys prove.");
    }
    return lines;
  }

  private static List<String> lines(ImageFacts known) {
    String upstream = known.labels().upstream();
    return List.of(
        String.format(
            Locale.ROOT,
            "  %s: %d layers, %s compressed, %s unpacked",
            known.manifest(),
            known.counts().layers(),
            ByteSize.megabytes(known.sizes().compressed()),
            ByteSize.megabytes(known.sizes().unpacked())),
        String.format(
            Locale.ROOT,
            "  %d paths, %d packages, %d ELF files, upstream %s",
            known.counts().paths(),
            known.counts().packages(),
            known.counts().elfFiles(),
            upstream == null ? "unknown" : PlainText.line(upstream)),
        "  statements beside it: " + known.statements());
  }

  private boolean isStandIn() {
    return facts != null && UpstreamKind.STAND_IN.toString().equals(facts.labels().upstream());
  }

  /** Returns the report for programs. */
  public ObjectNode toJson() {
    ObjectNode node = Json.object();
    node.put("image", image);
    node.put("platform", platform.toString());
    node.put("contract", contract);
    node.put("clean", isClean());
    ImageFacts known = facts;
    if (known != null) {
      ObjectNode object = node.putObject("facts");
      object.put("manifest", known.manifest().toString());
      object.put("title", known.labels().title());
      object.put("version", known.labels().version());
      object.put("upstream", known.labels().upstream());
      object.put("layers", known.counts().layers());
      object.put("compressedBytes", known.sizes().compressed());
      object.put("unpackedBytes", known.sizes().unpacked());
      object.put("paths", known.counts().paths());
      object.put("packages", known.counts().packages());
      object.put("elfFiles", known.counts().elfFiles());
      ArrayNode statements = object.putArray("statements");
      known.statements().compared().forEach(each -> statements.add(each.toString()));
      object.put("otherStatements", known.statements().others());
    }
    OriginSummary traced = origin;
    if (traced != null) {
      traced.putInto(node.putObject("origin"));
    }
    ArrayNode array = node.putArray("findings");
    for (Finding finding : findings) {
      array
          .addObject()
          .put("id", finding.id())
          .put("where", finding.where())
          .put("message", finding.message())
          .put("shows", finding.shows());
    }
    return node;
  }
}
