package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.attest.sbom.SpdxIds;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The facts in an SPDX document that its image does not hold: the hashes of inputs, and where they
 * are from. With them, a bill that was read from the image gives the same document again, so that
 * all other facts can be compared.
 */
public final class SpdxInputs {

  private static final Pattern ALPINE =
      Pattern.compile(
          "https://dl-cdn\\.alpinelinux\\.org/alpine/(edge|latest-stable|v\\d+\\.\\d+)/[a-z]+");

  private final Map<String, JsonNode> packages = new HashMap<>();

  private SpdxInputs(JsonNode document) {
    document
        .path("packages")
        .forEach(each -> packages.putIfAbsent(each.path("SPDXID").asText(), each));
  }

  /** Reads the facts of a document. Those in a form that no build writes are left out. */
  public static SpdxInputs of(JsonNode document) {
    return new SpdxInputs(document);
  }

  /**
   * Returns a bill that was read from an image, with the facts of the document.
   *
   * @param ambiguous the layers whose files may be those of a package in another layer, which only
   *     the document names then
   */
  public SoftwareBill addedTo(SoftwareBill bill, Set<Digest> ambiguous) {
    Platform platform = bill.subject().platform();
    return new SoftwareBill(
        bill.subject(),
        bill.apk().stream().map(each -> apk(each, platform, ambiguous)).toList(),
        bill.npm().stream().map(this::npm).toList(),
        bill.go(),
        bill.database());
  }

  private ApkSoftware apk(ApkSoftware software, Platform platform, Set<Digest> ambiguous) {
    String name = software.facts().name();
    String file = "/" + platform.apkArchitecture() + "/" + software.facts().label() + ".apk";
    JsonNode node = packages.get(SpdxIds.apk(name));
    if (node == null) {
      return software;
    }
    return new ApkSoftware(
        software.facts(),
        software.layer().filter(each -> ambiguous.contains(each.digest())).isPresent()
            ? layer(node).or(software::layer)
            : software.layer(),
        checksum(node, "SHA256").filter(each -> Digest.isDigest("sha256:" + each)).map(Digest::new),
        Optional.of(node.path("downloadLocation").asText())
            .filter(
                each ->
                    each.endsWith(file)
                        && ALPINE
                            .matcher(each.substring(0, each.length() - file.length()))
                            .matches()));
  }

  private static Optional<HoldingLayer> layer(JsonNode node) {
    for (JsonNode each : node.path("annotations")) {
      Optional<HoldingLayer> layer = HoldingLayer.noted(each.path("comment").asText());
      if (layer.isPresent()) {
        return layer;
      }
    }
    return Optional.empty();
  }

  private NpmSoftware npm(NpmSoftware software) {
    NpmFacts facts = software.facts();
    JsonNode node = packages.get(SpdxIds.npm(facts.name(), facts.path()));
    if (node == null) {
      return software;
    }
    return new NpmSoftware(
        new NpmFacts(facts.path(), facts.name(), facts.version(), integrity(node), facts.licence()),
        software.evidence(),
        software.carrier());
  }

  private static Optional<Integrity> integrity(JsonNode node) {
    for (Integrity.Algorithm each : Integrity.Algorithm.values()) {
      Optional<String> hex = checksum(node, each.label().toUpperCase(Locale.ROOT));
      try {
        if (hex.isPresent()) {
          byte[] hash = HexFormat.of().parseHex(hex.get());
          return Optional.of(new Integrity(each, Base64.getEncoder().encodeToString(hash)));
        }
      } catch (IllegalArgumentException | VerificationException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Optional<String> checksum(JsonNode node, String algorithm) {
    for (JsonNode each : node.path("checksums")) {
      if (each.path("algorithm").asText().equals(algorithm)) {
        return Optional.of(each.path("checksumValue").asText());
      }
    }
    return Optional.empty();
  }
}
