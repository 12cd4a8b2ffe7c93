package ai.opencode.sandbox.attest.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SbomTest {

  private static final Sbom SBOM = Sbom.ofProgram("1.2.3");

  @Test
  void isValidForTheReferenceReaders() throws IOException {
    assertThat(ReferenceReaders.spdxFlaws(SBOM.spdx(ABill.whole()))).isEmpty();
    assertThat(ReferenceReaders.cycloneDxFlaws(SBOM.cyclonedx(ABill.whole()))).isEmpty();
  }

  /** A check that accepts everything would prove nothing. */
  @Test
  void referenceReadersRefuseInvalidDocuments() throws IOException {
    String spdx = new String(SBOM.spdx(ABill.whole()), StandardCharsets.UTF_8);
    assertThat(
            ReferenceReaders.spdxFlaws(
                spdx.replace("LicenseRef-apk-custom-multiple\",\"copy", "GPL Perl\",\"copy")
                    .getBytes(StandardCharsets.UTF_8)))
        .isNotEmpty();
    assertThat(
            ReferenceReaders.cycloneDxFlaws(
                "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{}]}"
                    .getBytes(StandardCharsets.UTF_8)))
        .isNotEmpty();
  }

  @Test
  void isValidWithoutImageAndDistribution() throws IOException {
    SoftwareBill bill =
        new SoftwareBill(
            new BillSubject(
                "small",
                "",
                Platform.LINUX_ARM64,
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty()),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty());
    assertThat(ReferenceReaders.spdxFlaws(SBOM.spdx(bill))).isEmpty();
    assertThat(ReferenceReaders.cycloneDxFlaws(SBOM.cyclonedx(bill))).isEmpty();
  }

  /** Packages of other images may have any texts. */
  @Test
  void isValidForHostileTexts() throws IOException {
    String evil = "\u0001\"</script>\n\ud83d\ude00(<;'";
    ApkFacts facts =
        new ApkFacts(
            "we/ird@+:name",
            ApkVersion.of("1~_%2"),
            evil,
            new Checksum("ab".repeat(20)),
            new ApkFacts.About(
                evil.repeat(2000), evil, evil, "https://[evil/ \"", evil + " <a@b>"));
    NpmFacts npm =
        new NpmFacts("x/node_modules/" + evil, evil, evil, Optional.empty(), Optional.of(evil));
    SoftwareBill bill =
        new SoftwareBill(
            new BillSubject(
                evil,
                evil,
                Platform.LINUX_AMD64,
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty()),
            List.of(new ApkSoftware(facts, Optional.empty(), Optional.empty(), Optional.empty())),
            List.of(new NpmSoftware(npm, Optional.empty(), Optional.empty())),
            List.of(),
            Optional.empty());
    assertThat(ReferenceReaders.spdxFlaws(SBOM.spdx(bill))).isEmpty();
    assertThat(ReferenceReaders.cycloneDxFlaws(SBOM.cyclonedx(bill))).isEmpty();
  }

  @Test
  void givesTheSameBytesForTheSameBill() {
    assertThat(SBOM.spdx(ABill.whole())).isEqualTo(SBOM.spdx(ABill.whole()));
    assertThat(SBOM.cyclonedx(ABill.whole())).isEqualTo(SBOM.cyclonedx(ABill.whole()));
  }

  /** SPDX wants another namespace for every content. */
  @Test
  void namesEveryContentDifferently() throws IOException {
    SoftwareBill other = ABill.with(List.of(ABill.apk("npm", "11.6.0-r1", "MIT", "npm")));
    assertThat(namespace(SBOM.spdx(other))).isNotEqualTo(namespace(SBOM.spdx(ABill.whole())));
    assertThat(namespace(SBOM.spdx(ABill.whole())))
        .startsWith(
            "https://github.com/opencode-ai/opencode-sandbox-images/spdx/opencode-sandbox-base/sha256-");
    assertThat(json(SBOM.cyclonedx(other)).path("serialNumber"))
        .isNotEqualTo(json(SBOM.cyclonedx(ABill.whole())).path("serialNumber"));
  }

  @Test
  void saysWhatScannersLookFor() throws IOException {
    JsonNode document = json(SBOM.spdx(ABill.whole()));
    JsonNode crypto = element(document, "SPDXRef-Package-apk-libcrypto3");
    assertThat(crypto.path("sourceInfo").asText())
        .isEqualTo("built package from: openssl 3.5.4-r0");
    assertThat(crypto.at("/externalRefs/0/referenceLocator").asText())
        .isEqualTo(
            "pkg:apk/alpine/libcrypto3@3.5.4-r0?arch=x86_64&distro=alpine-3.24.2&upstream=openssl");
    assertThat(crypto.at("/annotations/0/comment").asText())
        .isEqualTo("LayerDigest: " + ABill.LAYER);
    assertThat(crypto.at("/originator").asText())
        .isEqualTo("Person: Somebody (somebody@example.org)");
    JsonNode system = element(document, "SPDXRef-OperatingSystem-alpine");
    assertThat(system.path("versionInfo").asText()).isEqualTo("3.24.2");
    assertThat(system.path("primaryPackagePurpose").asText()).isEqualTo("OPERATING_SYSTEM");
    assertThat(document.path("creationInfo").path("created").asText())
        .isEqualTo("2026-11-20T00:00:00Z");
  }

  /** trivy takes what an Alpine package contains for packages of the distribution. */
  @Test
  void bundledPackagesAndModulesArePartsOfTheirCarriers() throws IOException {
    JsonNode document = json(SBOM.spdx(ABill.whole()));
    assertThat(contained(document, "SPDXRef-Package-apk-npm")).isEmpty();
    assertThat(parts(document, "SPDXRef-Package-apk-npm"))
        .singleElement()
        .asString()
        .startsWith("SPDXRef-Package-npm-tar-");
    String sdk =
        contained(document, "SPDXRef-DocumentRoot-Image-opencode-sandbox-base").stream()
            .filter(each -> each.contains("sdk"))
            .findFirst()
            .orElseThrow();
    assertThat(parts(document, sdk))
        .hasSize(4)
        .allMatch(each -> each.startsWith("SPDXRef-Package-go-"))
        .anyMatch(each -> each.contains("stdlib"));
    JsonNode components = json(SBOM.cyclonedx(ABill.whole())).path("components");
    Map<String, String> carriers = new LinkedHashMap<>();
    for (JsonNode each : components) {
      for (JsonNode property : each.path("properties")) {
        if (property.path("name").asText().equals("ai.opencode.sandbox:part-of")) {
          carriers.put(each.path("name").asText(), property.path("value").asText());
        }
      }
    }
    assertThat(components.findValuesAsText("name")).contains("alpine", "npm", "@anthropic-ai/sdk");
    assertThat(components.findValues("components")).isEmpty();
    assertThat(carriers)
        .containsExactly(
            Map.entry("tar", "SPDXRef-Package-apk-npm"),
            Map.entry("github.com/microsoft/typescript-go", sdk),
            Map.entry("github.com/klauspost/cpuid/v2", sdk),
            Map.entry("golang.org/x/sync", sdk),
            Map.entry("stdlib", sdk));
  }

  @Test
  void refusesAPackageThatIsListedTwice() {
    ApkSoftware npm = ABill.apk("npm", "1-r0", "MIT", "npm");
    assertThatThrownBy(() -> ABill.with(List.of(npm, npm)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("npm twice");
  }

  @Test
  void doesWithoutVersionUnderDevelopment() throws IOException {
    JsonNode document = json(Sbom.ofProgram("(development)").spdx(ABill.whole()));
    assertThat(document.at("/creationInfo/creators/0").asText())
        .isEqualTo("Tool: opencode-sandbox");
  }

  private static List<String> contained(JsonNode document, String container) {
    List<String> contained = new ArrayList<>();
    for (JsonNode each : document.path("relationships")) {
      if (each.path("relationshipType").asText().equals("CONTAINS")
          && each.path("spdxElementId").asText().equals(container)) {
        contained.add(each.path("relatedSpdxElement").asText());
      }
    }
    return contained;
  }

  private static List<String> parts(JsonNode document, String carrier) {
    List<String> parts = new ArrayList<>();
    for (JsonNode each : document.path("relationships")) {
      if (each.path("relationshipType").asText().equals("PACKAGE_OF")
          && each.path("relatedSpdxElement").asText().equals(carrier)) {
        parts.add(each.path("spdxElementId").asText());
      }
    }
    return parts;
  }

  private static JsonNode element(JsonNode document, String id) {
    for (JsonNode each : document.path("packages")) {
      if (each.path("SPDXID").asText().equals(id)) {
        return each;
      }
    }
    throw new AssertionError("no element " + id);
  }

  private static String namespace(byte[] document) throws IOException {
    return json(document).path("documentNamespace").asText();
  }

  private static JsonNode json(byte[] document) throws IOException {
    return new ObjectMapper().readTree(document);
  }
}
