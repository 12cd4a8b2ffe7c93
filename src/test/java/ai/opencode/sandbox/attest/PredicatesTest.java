package ai.opencode.sandbox.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The content of statements: their forms, and what is refused. */
class PredicatesTest {

  private static final Digest LAYER = Digest.sha256("layer");

  @Test
  void provenanceHasOneFormAndIsReadBack() {
    Provenance provenance =
        new Provenance(
            "tools",
            "linux/amd64",
            "1.2.3",
            "0.1",
            List.of(
                new Provenance.Dependency("lock", "", "sha256", "ab"),
                new Provenance.Dependency(
                    "a.apk",
                    "pkg:apk/alpine/a@1",
                    "sha256",
                    "cd",
                    new TreeMap<>(Map.of("k", "v")))));

    assertThat(text(provenance.toJson()))
        .isEqualTo(
            "{\"buildDefinition\":{\"buildType\":\"PROJECT/build-type/v1\","
                + "\"externalParameters\":{\"image\":\"tools\",\"platform\":\"linux/amd64\",\"version\":\"1.2.3\"},"
                + "\"internalParameters\":{\"tool\":\"0.1\"},\"resolvedDependencies\":["
                + "{\"name\":\"lock\",\"digest\":{\"sha256\":\"ab\"}},"
                + "{\"name\":\"a.apk\",\"uri\":\"pkg:apk/alpine/a@1\",\"digest\":{\"sha256\":\"cd\"},"
                + "\"annotations\":{\"k\":\"v\"}}]},"
                + "\"runDetails\":{\"builder\":{\"id\":\"PROJECT/builder/local\"}}}");
    assertThat(Provenance.isOwn(provenance.toJson(), "it")).isTrue();
    assertThat(Provenance.parse(provenance.toJson(), "it")).isEqualTo(provenance);
  }

  @Test
  void provenanceOfOtherProgramsIsNotRead() {
    byte[] foreign = bytes("{\"buildDefinition\":{\"buildType\":\"https://example.org\"}}");

    assertThat(Provenance.isOwn(foreign, "it")).isFalse();
    assertThatThrownBy(() -> Provenance.parse(foreign, "it"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("https://example.org");
  }

  @Test
  void provenanceHasADigestForEachInput() {
    byte[] without =
        bytes(
            text(new Provenance(
                        "a",
                        "b",
                        "c",
                        "d",
                        List.of(new Provenance.Dependency("lock", "", "sha256", "ab")))
                    .toJson())
                .replace("{\"sha256\":\"ab\"}", "{}")
                .replace("PROJECT", Project.ADDRESS));

    assertThatThrownBy(() -> Provenance.parse(without, "it"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("an input without a digest");
  }

  @Test
  void originHasOneFormAndIsReadBack() {
    ApkOrigin origin =
        new ApkOrigin(
            List.of(
                new ApkOrigin.Proof(
                    "musl", "1-r0", "x86_64", Stored.BASE, Optional.empty(), new byte[0]),
                new ApkOrigin.Proof(
                    "git",
                    "2-r0",
                    "x86_64",
                    Stored.VERBATIM,
                    Optional.of(LAYER),
                    new byte[] {1, 2, 3})),
            new TreeMap<>(Map.of("a.rsa.pub", Digest.sha256("key"))),
            new OriginBase(bytes("{}"), bytes("{ }")));

    assertThat(text(origin.toJson()))
        .isEqualTo(
            "{\"packages\":[{\"name\":\"musl\",\"version\":\"1-r0\",\"arch\":\"x86_64\",\"stored\":\"base\"},"
                + "{\"name\":\"git\",\"version\":\"2-r0\",\"arch\":\"x86_64\",\"stored\":\"verbatim\","
                + "\"layer\":\""
                + LAYER
                + "\",\"head\":\"AQID\"}],\"keys\":{\"a.rsa.pub\":\""
                + Digest.sha256("key")
                + "\"},\"base\":{\"index\":\"e30=\",\"manifest\":\"eyB9\"}}");
    assertThat(text(ApkOrigin.parse(origin.toJson(), "it").toJson()))
        .isEqualTo(text(origin.toJson()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"packages\":[],\"keys\":[]}",
        "{\"packages\":{},\"keys\":{}}",
        "{\"packages\":[1],\"keys\":{}}",
        "{\"packages\":[{\"name\":\"a\",\"version\":\"1\",\"arch\":\"x\"}],\"keys\":{}}",
        "{\"packages\":[{\"name\":\"a\",\"version\":\"1\",\"arch\":\"x\",\"stored\":\"so\"}],\"keys\":{}}",
        "{\"packages\":[{\"name\":\"a\",\"version\":\"1\",\"arch\":\"x\",\"stored\":\"base\",\"layer\":\"x\"}],\"keys\":{}}",
        "{\"packages\":[{\"name\":\"a\",\"version\":\"1\",\"arch\":\"x\",\"stored\":\"base\",\"head\":\"*\"}],\"keys\":{}}",
        "{\"packages\":[],\"keys\":{\"a\":\"sha256:1\"}}"
      })
  void originIsRefusedIfMalformed(String json) {
    assertThatThrownBy(() -> ApkOrigin.parse(bytes(json), "it"))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("it: malformed proof of the packages' origin");
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8).replace(Project.ADDRESS, "PROJECT");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
