package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.attest.sbom.ABill;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpdxInputsTest {

  private static final SoftwareBill BILL =
      ABill.with(List.of(ABill.apk("libcrypto3", "3.5.4-r0", "Apache-2.0", "openssl")));
  private static final Sbom SBOM = Sbom.ofProgram("1");

  private static JsonNode document() {
    return Json.parse(SBOM.spdx(BILL), "it");
  }

  private static SoftwareBill read(JsonNode document) {
    return SpdxInputs.of(document).addedTo(BILL.asInstalled(), Set.of());
  }

  @Test
  void makeOfAnInstalledBillTheWholeOne() {
    assertThat(BILL.asInstalled()).isNotEqualTo(BILL);
    assertThat(read(document())).isEqualTo(BILL);
    assertThat(SBOM.spdx(read(document()))).isEqualTo(SBOM.spdx(BILL));
  }

  @Test
  void addNothingFromADocumentWithoutThem() {
    assertThat(read(Json.object())).isEqualTo(BILL.asInstalled());
    assertThat(read(Json.parse(SBOM.spdx(BILL.asInstalled()), "it"))).isEqualTo(BILL.asInstalled());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h.example/x86_64/libcrypto3-3.5.4-r0.apk",
        "https://dl-cdn.alpinelinux.org/alpine/v3.24/main/aarch64/libcrypto3-3.5.4-r0.apk",
        "https://dl-cdn.alpinelinux.org/alpine/v3.24/main/x86_64/libcrypto3-3.5.3-r0.apk",
        "https://dl-cdn.alpinelinux.org/alpine/v3.24/main/x86_64/libcrypto3-3.5.4-r0.apk#x",
        "https://dl-cdn.alpinelinux.org/alpine/v3.24/../x86_64/libcrypto3-3.5.4-r0.apk",
        "https://dl-cdn.alpinelinux.org/alpine/?/x86_64/libcrypto3-3.5.4-r0.apk",
        ""
      })
  void takeNoAddressThatIsNotAlpines(String address) {
    JsonNode document = document();
    named(document, "libcrypto3").put("downloadLocation", address);

    assertThat(read(document).apk().get(0).address()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "xy", "ABCD", "é"})
  void takeNoHashesOfAnotherForm(String hash) {
    JsonNode document = document();
    for (JsonNode each : document.path("packages")) {
      each.path("checksums").forEach(sum -> ((ObjectNode) sum).put("checksumValue", hash));
    }

    assertThat(read(document).apk().get(0).dataHash()).isEmpty();
    assertThat(read(document).npm())
        .allSatisfy(each -> assertThat(each.facts().integrity()).isEqualTo(Optional.empty()));
  }

  @Test
  void takeALayerOnlyWhereTheImageDoesNotShowIt() {
    HoldingLayer own = HoldingLayer.of(Digest.sha256("own"));
    Digest shown = Digest.sha256("shown");
    JsonNode document = Json.parse(SBOM.spdx(in(own)), "it");
    SoftwareBill installed = in(HoldingLayer.of(shown)).asInstalled();

    assertThat(SpdxInputs.of(document).addedTo(installed, Set.of(shown)).apk().get(0).layer())
        .contains(own);
    assertThat(SpdxInputs.of(document).addedTo(installed, Set.of()).apk().get(0).layer())
        .contains(HoldingLayer.of(shown));
    assertThat(SpdxInputs.of(Json.object()).addedTo(installed, Set.of(shown)).apk().get(0).layer())
        .contains(HoldingLayer.of(shown));
  }

  private static SoftwareBill in(HoldingLayer layer) {
    ApkSoftware apk = BILL.apk().get(0);
    return ABill.with(
        List.of(new ApkSoftware(apk.facts(), Optional.of(layer), apk.dataHash(), apk.address())));
  }

  private static ObjectNode named(JsonNode document, String name) {
    for (JsonNode each : document.path("packages")) {
      if (each.path("name").asText().equals(name)) {
        return (ObjectNode) each;
      }
    }
    throw new AssertionError(name);
  }
}
