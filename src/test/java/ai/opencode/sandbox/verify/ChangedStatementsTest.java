package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Statements in forms that this program does not write: each is a finding, because other programs
 * could read something else in it than this one compared.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangedStatementsTest {

  private static final Set<AttestationKind> ALL = EnumSet.allOf(AttestationKind.class);
  private static final AttestationKind SBOM = AttestationKind.SBOM;
  private static final AttestationKind PROVENANCE = AttestationKind.PROVENANCE;
  private static final AttestationKind ORIGIN = AttestationKind.ORIGIN;
  private static final TrustedKeys KEYS =
      TrustedKeys.with(
          (architecture, fingerprint) ->
              ASigningKey.ring(ASmallUpstream.KEY).fingerprints().containsValue(fingerprint));
  private static final ImageVerifier VERIFIER =
      new ImageVerifier(RegistryAccess.standard()).withRequired(ALL).withOrigin(KEYS);
  private static final Digest OTHER = Digest.sha256("other");

  @TempDir private static Path directory;
  private ASmallUpstream upstream;
  private BuiltImage built;

  @BeforeAll
  void build() throws IOException {
    upstream =
        ASmallUpstream.ofSigned(
            directory,
            AnApk.named("tool").depends("lib", "keys").withFile("usr/bin/tool", 0755, "#!tool"),
            AnApk.named("lib").withFile("usr/share/lib", 0644, "lib"),
            keys());
    built =
        new SandboxBuilder(
                upstream.settings().withVersion("1.2.3").withAttestations(ALL), Progress.silent())
            .build(List.of(ASmallUpstream.image("tool")))
            .get(0);
    new BlobStore(upstream.cache()).put("text/plain", "other".getBytes(StandardCharsets.UTF_8));
  }

  /** A package with a key, which the proof of origin does not name: it is not the base image's. */
  private static AnApk keys() {
    String pem = new String(ASigningKey.named("more.rsa.pub").pem(), StandardCharsets.US_ASCII);
    return AnApk.named("keys").withFile("etc/apk/keys/more.rsa.pub", 0644, pem);
  }

  @AfterAll
  void stop() throws IOException {
    upstream.close();
  }

  private AnAttestedImage image() throws IOException {
    return AnAttestedImage.of(built, new BlobStore(upstream.cache()));
  }

  /** A change of an image's documents, which may fail to be made. */
  private interface Change {
    void of(AnAttestedImage image) throws IOException;
  }

  private record Attack(String says, String id, Change change) {
    @Override
    public String toString() {
      return says;
    }
  }

  private static Attack attack(String says, String id, Change change) {
    return new Attack(says, id, change);
  }

  static Stream<Attack> attacks() {
    return Stream.of(ofEnvelopes(), ofProvenance(), ofOrigin(), ofSbom(), ofManifest(), ofIndex())
        .flatMap(List::stream);
  }

  private static List<Attack> ofEnvelopes() {
    List<Attack> all = new ArrayList<>();
    for (AttestationKind kind : ALL) {
      String of = " of " + kind;
      all.add(
          attack(
              "a second predicate in another case" + of,
              "attestation",
              i -> i.statement(kind, s -> s.putObject("Predicate").put("a", 1))));
      all.add(
          attack(
              "a second subject in another case" + of,
              "attestation",
              i -> i.statement(kind, s -> s.putArray("\u017fubject"))));
      all.add(
          attack(
              "a predicate twice" + of,
              "attestation",
              i -> i.text(kind, t -> t.replaceFirst("\\{", "{\"predicate\":{},"))));
      all.add(
          attack(
              "a subject with another digest besides" + of,
              "attestation",
              i ->
                  i.statement(
                      kind, s -> ((ObjectNode) s.at("/subject/0/digest")).put("sha512", "0"))));
      all.add(
          attack(
              "a subject with another name" + of,
              "attestation",
              i -> i.statement(kind, s -> ((ObjectNode) s.at("/subject/0")).put("name", "other"))));
      all.add(
          attack(
              "the subject twice" + of,
              "attestation",
              i ->
                  i.statement(
                      kind, s -> s.withArray("subject").add(s.at("/subject/0").deepCopy()))));
      all.add(
          attack(
              "a field more" + of,
              "attestation",
              i -> i.statement(kind, s -> s.put("comment", "all is well"))));
      all.add(
          attack(
              "a digest in capitals" + of,
              "attestation",
              i ->
                  i.text(
                      kind,
                      t -> t.replace(i.image().hex(), i.image().hex().toUpperCase(Locale.ROOT)))));
      all.add(
          attack(
              "an older type" + of,
              "attestation",
              i -> i.statement(kind, s -> s.put("_type", "https://in-toto.io/Statement/v0.1"))));
      all.add(attack("more after it" + of, "attestation", i -> i.text(kind, t -> t + "{\"a\":1}")));
      all.add(attack("spaces" + of, "attestation", i -> i.text(kind, t -> t + "\n")));
      all.add(
          attack(
              "an escaped letter" + of,
              "attestation",
              i -> i.text(kind, t -> t.replaceFirst("\"_type", "\"\\\\u005ftype"))));
      all.add(
          attack(
              "more than is read" + of,
              "attestation",
              i -> i.text(kind, t -> t + " ".repeat(5 << 20))));
      all.add(
          attack(
              "a predicate that is a list" + of,
              "attestation",
              i -> i.statement(kind, s -> s.putArray("predicate"))));
      all.add(
          attack("a mark of byte order" + of, "attestation", i -> i.text(kind, t -> "\ufeff" + t)));
      all.add(
          attack(
              "half a pair of surrogates" + of,
              "attestation",
              i -> i.statement(kind, s -> s.put("x", "\ud800"))));
    }
    return all;
  }

  private static ObjectNode input(ObjectNode provenance, String name) {
    return element(provenance.at("/buildDefinition/resolvedDependencies"), name);
  }

  private static ObjectNode element(JsonNode list, String name) {
    for (JsonNode each : list) {
      if (each.path("name").asText().equals(name)) {
        return (ObjectNode) each;
      }
    }
    throw new AssertionError(name + " is not in " + list);
  }

  private static Attack provenance(String says, String id, Consumer<ObjectNode> change) {
    return attack(says, id, i -> i.predicate(PROVENANCE, change));
  }

  private static Attack origin(String says, String id, Consumer<ObjectNode> change) {
    return attack(says, id, i -> i.predicate(ORIGIN, change));
  }

  private static Attack sbom(String says, Consumer<ObjectNode> change) {
    return attack(says, "sbom", i -> i.predicate(SBOM, change));
  }

  private static List<Attack> ofProvenance() {
    String tool = "tool-1.0-r0.apk";
    return List.of(
        provenance(
            "another builder",
            "attestation",
            p -> p.withObject("/runDetails/builder").put("id", "https://h.example/trusted")),
        provenance("no builder", "attestation", p -> p.remove("runDetails")),
        provenance(
            "times of a run",
            "attestation",
            p -> p.withObject("/runDetails/metadata").put("startedOn", "2026-01-01T00:00:00Z")),
        provenance(
            "by-products",
            "attestation",
            p -> p.withObject("/runDetails").putArray("byproducts").addObject().put("name", "x")),
        provenance(
            "a parameter more",
            "attestation",
            p -> p.withObject("/buildDefinition/externalParameters").put("reviewed", "yes")),
        provenance(
            "another program's version",
            "provenance",
            p -> p.withObject("/buildDefinition/internalParameters").put("tool", "9.9.9")),
        provenance(
            "a number as version",
            "attestation",
            p -> p.withObject("/buildDefinition/externalParameters").put("version", 1)),
        provenance(
            "a second digest of an input",
            "attestation",
            p -> ((ObjectNode) input(p, tool).path("digest")).put("sha512", "0")),
        provenance(
            "an algorithm that is none",
            "provenance",
            p -> {
              ObjectNode digest = (ObjectNode) input(p, "lock").path("digest");
              digest.set("SHA256", digest.remove("sha256"));
            }),
        provenance(
            "a weak algorithm of the lock",
            "provenance",
            p -> input(p, "lock").putObject("digest").put("sha1", "0".repeat(40))),
        provenance(
            "a digest that is none",
            "provenance",
            p -> input(p, "lock").putObject("digest").put("sha256", "none")),
        provenance(
            "an address of the lock",
            "provenance",
            p -> input(p, "lock").put("uri", "https://h.example/lock")),
        provenance(
            "an annotation more",
            "provenance",
            p -> input(p, tool).withObject("/annotations").put("reviewed", "yes")),
        provenance(
            "an annotation that is a list",
            "attestation",
            p -> input(p, tool).withObject("/annotations").putArray("stored")),
        provenance(
            "a field more of an input",
            "attestation",
            p -> input(p, tool).put("downloadLocation", "https://h.example/tool.apk")),
        provenance(
            "a form that is none",
            "provenance",
            p -> input(p, tool).withObject("/annotations").put("stored", "Verbatim")),
        provenance(
            "a package also among those of the base image",
            "provenance",
            p -> input(p, "base").withObject("/annotations").put("packages", "tool-1.0-r0")),
        provenance(
            "an input's name in other letters",
            "provenance",
            p -> input(p, tool).put("name", "t\u043e\u043el-1.0-r0.apk")),
        provenance(
            "an input's name in capitals",
            "provenance",
            p -> input(p, tool).put("name", "TOOL-1.0-r0.apk")),
        provenance(
            "a checksum in capitals",
            "provenance",
            p -> {
              ObjectNode facts = input(p, tool).withObject("/annotations");
              facts.put("control", facts.path("control").asText().toUpperCase(Locale.ROOT));
            }),
        provenance(
            "an address of another distribution",
            "provenance",
            p -> input(p, tool).put("uri", "pkg:apk/wolfi/tool@1.0-r0?arch=x86_64")),
        provenance(
            "a build type that is nearly ours",
            "attestation-missing",
            p ->
                p.withObject("/buildDefinition")
                    .put(
                        "buildType",
                        p.at("/buildDefinition/buildType").asText().toUpperCase(Locale.ROOT))),
        provenance(
            "no inputs",
            "attestation",
            p -> p.withObject("/buildDefinition").remove("resolvedDependencies")),
        provenance(
            "inputs that are none",
            "attestation",
            p ->
                p.withObject("/buildDefinition")
                    .putArray("resolvedDependencies")
                    .add("a")
                    .add(1)
                    .addNull()));
  }

  private static ObjectNode proof(ObjectNode origin, String name) {
    return element(origin.path("packages"), name);
  }

  private static List<Attack> ofOrigin() {
    return List.of(
        origin(
            "a name that ends later",
            "origin",
            o -> proof(o, "tool").put("name", "tool-1.0").put("version", "r0")),
        origin("a name in capitals", "origin", o -> proof(o, "tool").put("name", "TOOL")),
        origin(
            "a name in other letters",
            "origin",
            o -> proof(o, "tool").put("name", "t\u043e\u043el")),
        origin("a name with a space", "origin", o -> proof(o, "tool").put("name", "tool ")),
        origin(
            "a head with line breaks",
            "attestation",
            o -> proof(o, "tool").put("head", "\n" + proof(o, "tool").path("head").asText())),
        origin(
            "a head in the alphabet of addresses",
            "attestation",
            o ->
                proof(o, "tool")
                    .put(
                        "head",
                        proof(o, "tool")
                            .path("head")
                            .asText()
                            .replace('+', '-')
                            .replace('/', '_'))),
        origin(
            "a head without padding",
            "attestation",
            o -> {
              ObjectNode tool = proof(o, "tool");
              String head = tool.path("head").asText();
              tool.put("head", head.endsWith("=") ? head.replace("=", "") : head + "=");
            }),
        origin(
            "a head that ends in other bits",
            "attestation",
            o -> ((ObjectNode) o.path("base")).put("manifest", loose(o.at("/base/manifest")))),
        origin("a head that is a list", "attestation", o -> proof(o, "tool").putArray("head")),
        origin(
            "a field more of a package",
            "attestation",
            o -> proof(o, "tool").put("signedBy", "Alpine")),
        origin(
            "a field of a package in another case",
            "attestation",
            o -> proof(o, "tool").put("Stored", "verbatim")),
        origin(
            "a key that the image does not have",
            "origin",
            o ->
                ((ObjectNode) o.path("keys"))
                    .put("alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub", OTHER.toString())),
        origin("no keys", "origin", o -> o.putObject("keys")),
        origin("a field more", "attestation", o -> o.put("verified", true)),
        origin(
            "a layer that is none", "attestation", o -> proof(o, "tool").put("layer", "sha512:0")),
        origin(
            "a package of the base image with a head",
            "origin",
            o -> proof(o, "tool").put("stored", "base")),
        origin("packages that are none", "attestation", o -> o.putArray("packages").addNull()));
  }

  /** Returns other Base64 of the same bytes. */
  private static String loose(JsonNode base64) {
    byte[] bytes = Base64.getDecoder().decode(base64.asText());
    String text =
        Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, bytes.length / 3 * 3 + 1));
    char last = text.charAt(text.length() - 3);
    return text.substring(0, text.length() - 3) + (char) (last + 1) + "==";
  }

  private static ObjectNode pkg(ObjectNode sbom, String name) {
    return element(sbom.path("packages"), name);
  }

  private static List<Attack> ofSbom() {
    return List.of(
        sbom(
            "relations in a circle",
            s ->
                s.withArray("relationships")
                    .addObject()
                    .put("spdxElementId", pkg(s, "tool").path("SPDXID").asText())
                    .put("relationshipType", "CONTAINS")
                    .put("relatedSpdxElement", "SPDXRef-DOCUMENT")),
        sbom(
            "a relation in reverse",
            s ->
                ((ObjectNode) s.at("/relationships/1"))
                    .put("spdxElementId", s.at("/relationships/1/relatedSpdxElement").asText())
                    .put("relatedSpdxElement", s.at("/relationships/1/spdxElementId").asText())),
        sbom(
            "a comment of a relation",
            s -> ((ObjectNode) s.at("/relationships/0")).put("Comment", "x")),
        sbom(
            "a licence that is no expression",
            s -> pkg(s, "tool").put("licenseDeclared", "MIT AND (")),
        sbom("a licence in other letters", s -> pkg(s, "tool").put("licenseDeclared", "m\u0456t")),
        sbom(
            "an address with another distribution",
            s ->
                ((ObjectNode) pkg(s, "tool").at("/externalRefs/0"))
                    .put("referenceLocator", "pkg:apk/wolfi/tool@1.0-r0?arch=x86_64")),
        sbom(
            "an address more",
            s ->
                pkg(s, "tool")
                    .withArray("externalRefs")
                    .addObject()
                    .put("referenceCategory", "PACKAGE-MANAGER")
                    .put("referenceType", "purl")
                    .put("referenceLocator", "pkg:apk/alpine/tool@9")),
        sbom(
            "an address in a second place",
            s -> pkg(s, "tool").putArray("ExternalRefs").addObject().put("referenceType", "purl")),
        sbom("a name in other letters", s -> pkg(s, "tool").put("name", "t\u043e\u043el")),
        sbom(
            "a checksum in capitals",
            s -> {
              ObjectNode sum = (ObjectNode) pkg(s, "tool").at("/checksums/0");
              sum.put("checksumValue", sum.path("checksumValue").asText().toUpperCase(Locale.ROOT));
            }),
        sbom(
            "a checksum twice",
            s ->
                pkg(s, "tool")
                    .withArray("checksums")
                    .add(pkg(s, "tool").at("/checksums/0").deepCopy())),
        sbom(
            "a checksum of another algorithm",
            s ->
                pkg(s, "tool")
                    .withArray("checksums")
                    .addObject()
                    .put("algorithm", "MD5")
                    .put("checksumValue", "0")),
        sbom(
            "two elements with one id",
            s -> pkg(s, "lib").put("SPDXID", pkg(s, "tool").path("SPDXID").asText())),
        sbom(
            "evidence in another layer",
            s -> ((ObjectNode) s.at("/files/0")).put("comment", "layerID: " + OTHER)),
        sbom("evidence twice", s -> s.withArray("files").add(s.at("/files/0").deepCopy())),
        sbom(
            "an element that describes nothing",
            s -> s.withArray("packages").addObject().put("SPDXID", "SPDXRef-x")),
        sbom("an element that is none", s -> s.withArray("packages").addNull()),
        sbom("packages that are no list", s -> s.putObject("packages")),
        sbom("another version of the format", s -> s.put("spdxVersion", "SPDX-2.2")),
        sbom("snippets", s -> s.putArray("snippets").addObject().put("name", "x")),
        sbom("packages in another case", s -> s.putArray("Packages")),
        sbom(
            "a licence's text",
            s ->
                s.putArray("hasExtractedLicensingInfos")
                    .addObject()
                    .put("licenseId", "LicenseRef-x")),
        sbom(
            "a second program",
            s -> s.withObject("/creationInfo").withArray("creators").add("Tool: syft-1.0")),
        sbom(
            "another version of this program",
            s ->
                s.withObject("/creationInfo")
                    .putArray("creators")
                    .add("Tool: opencode-sandbox-9.9.9")),
        attack(
            "a program that is nearly this one",
            "attestation-missing",
            i ->
                i.predicate(
                    SBOM,
                    s ->
                        s.withObject("/creationInfo")
                            .putArray("creators")
                            .add("tool: OpenCode-sandbox-1.0"))));
  }

  /** Returns the first statement that a manifest lists. */
  private static ObjectNode first(JsonNode manifest) {
    return (ObjectNode) manifest.at("/layers/0");
  }

  /** Adds a changed copy of the first statement. */
  private static void copied(ObjectNode manifest, Consumer<ObjectNode> change) {
    ObjectNode copy = first(manifest).deepCopy();
    change.accept(copy);
    layers(manifest).add(copy);
  }

  private static ArrayNode layers(ObjectNode manifest) {
    return manifest.withArray("layers");
  }

  private static List<Attack> ofManifest() {
    return List.of(
        attack(
            "a statement twice",
            "attestation",
            i -> i.manifest(m -> layers(m).add(m.at("/layers/0").deepCopy()))),
        attack(
            "a statement that its manifest calls one of another kind",
            "attestation",
            i ->
                i.manifest(
                    m ->
                        layers(m)
                            .add(typed(m.at("/layers/0").deepCopy(), "https://h.example/other")))),
        attack(
            "a statement that its manifest gives no type",
            "attestation",
            i -> i.manifest(m -> copied(m, copy -> copy.without("annotations")))),
        attack(
            "kinds exchanged",
            "attestation",
            i ->
                i.manifest(
                    m -> {
                      typed(m.at("/layers/0"), PROVENANCE.predicateType());
                      typed(m.at("/layers/1"), SBOM.predicateType());
                    })),
        attack(
            "an envelope of a kind besides",
            "attestation",
            i ->
                i.manifest(
                    m ->
                        copied(
                            m,
                            copy -> copy.put("mediaType", "application/vnd.in-toto.spdx+dsse")))),
        attack(
            "a statement of a type that is nearly the known one",
            "attestation",
            i ->
                i.manifest(
                    m ->
                        copied(
                            m,
                            copy -> copy.put("mediaType", "application/vnd.in-toto+json; x=y")))),
        attack(
            "a statement whose content is elsewhere",
            "attestation",
            i -> i.manifest(m -> first(m).put("digest", OTHER.toString()))),
        attack(
            "a statement that is not there",
            "attestation",
            i -> i.manifest(m -> first(m).put("digest", Digest.sha256("nothing").toString()))),
        attack(
            "a statement with other content in its descriptor",
            "attestation",
            i -> i.manifest(m -> first(m).put("data", "e30="))),
        attack(
            "a statement of another size",
            "blob-size",
            i -> i.manifest(m -> first(m).put("size", 1))),
        attack(
            "too many statements",
            "attestation",
            i ->
                i.manifest(
                    m -> {
                      for (int n = 0; n < 20; n++) {
                        layers(m).add(m.at("/layers/0").deepCopy());
                      }
                    })),
        attack("no layers", "attestation-missing", i -> i.manifest(m -> m.putArray("layers"))),
        attack(
            "layers in another case", "attestation", i -> i.manifest(m -> m.putArray("Layers"))));
  }

  private static JsonNode typed(JsonNode layer, String type) {
    ((ObjectNode) layer).withObject("/annotations").put("in-toto.io/predicate-type", type);
    return layer;
  }

  private static ArrayNode entries(ObjectNode index) {
    return index.withArray("manifests");
  }

  private static ObjectNode annotations(ObjectNode index) {
    return (ObjectNode) index.at("/manifests/1/annotations");
  }

  private static List<Attack> ofIndex() {
    return List.of(
        attack(
            "an attestation twice",
            "attestation",
            i -> i.index(x -> entries(x).add(x.at("/manifests/1").deepCopy()))),
        attack(
            "an attestation about an image that is not there",
            "attestation",
            i -> i.index(x -> annotations(x).put("vnd.docker.reference.digest", OTHER + ""))),
        attack(
            "an attestation about no image",
            "attestation",
            i -> i.index(x -> annotations(x).remove("vnd.docker.reference.digest"))),
        attack(
            "an entry for no platform that is no attestation",
            "attestation",
            i ->
                i.index(
                    x ->
                        entries(x)
                            .add(
                                ((ObjectNode) x.at("/manifests/1").deepCopy())
                                    .without("annotations")))),
        attack(
            "an attestation of a type in capitals",
            "attestation",
            i ->
                i.index(
                    x -> annotations(x).put("vnd.docker.reference.type", "Attestation-Manifest"))),
        attack(
            "an attestation for a platform",
            "attestation",
            i ->
                i.index(
                    x ->
                        ((ObjectNode) x.at("/manifests/1"))
                            .putObject("platform")
                            .put("os", "linux")
                            .put("architecture", "arm64"))),
        attack(
            "an image that is called an attestation",
            "attestation",
            i ->
                i.index(
                    x ->
                        ((ObjectNode) x.at("/manifests/0"))
                            .putObject("annotations")
                            .put("vnd.docker.reference.type", "attestation-manifest"))),
        attack(
            "the image as its own attestation",
            "attestation-missing",
            i ->
                i.index(
                    x ->
                        ((ObjectNode) x.at("/manifests/1"))
                            .put("digest", x.at("/manifests/0/digest").asText())
                            .put("size", x.at("/manifests/0/size").asLong()))),
        attack(
            "an attestation that is none",
            "attestation",
            i -> i.index(x -> ((ObjectNode) x.at("/manifests/1")).put("digest", OTHER + ""))),
        attack(
            "an attestation that is not there",
            "attestation",
            i ->
                i.index(
                    x ->
                        ((ObjectNode) x.at("/manifests/1"))
                            .put("digest", Digest.sha256("nothing").toString()))),
        attack(
            "an attestation that is an index",
            "media-type",
            i ->
                i.index(
                    x ->
                        ((ObjectNode) x.at("/manifests/1"))
                            .put("mediaType", "application/vnd.oci.image.index.v1+json"))));
  }

  /** Verifies the image in a layout that is written as it is, without looking into it. */
  private VerificationReport verify(Descriptor index) throws IOException {
    Path layout = upstream.cache();
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Descriptor named = index.withAnnotations(Map.of("org.opencontainers.image.ref.name", "small"));
    Files.write(layout.resolve("index.json"), new ImageIndex(List.of(named), Map.of()).toJson());
    return VERIFIER.verify(
        new ImageSource.OciDirectory(layout, "small"), Platform.LINUX_AMD64, Contract.of("any"));
  }

  /** Returns the findings about statements: the small base image itself has other ones. */
  private static List<Finding> about(VerificationReport report) {
    return report.findings().stream()
        .filter(each -> !Set.of("password", "unowned-file").contains(each.id()))
        .toList();
  }

  @Test
  void theStatementsAsTheyAreHaveNoFinding() throws IOException {
    assertThat(about(verify(image().write()))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void isNamed(Attack attack) throws IOException {
    AnAttestedImage image = image();
    attack.change.of(image);

    List<Finding> found = about(verify(image.write()));

    assertThat(found).as(attack.says).extracting(Finding::id).contains(attack.id);
    assertThat(found).extracting(Finding::message).allMatch(each -> each.length() < 1000);
  }
}
