package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.export.OciArchive;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements beside an image that contradict it are findings, each under its name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgedAttestationTest {

  private static final Set<AttestationKind> ALL = EnumSet.allOf(AttestationKind.class);
  private static final String NAME = "small";
  private static final AnApk TOOL =
      AnApk.named("tool")
          .depends("big")
          .withFile("usr/bin/tool", 0755, "#!tool")
          .signed(ASmallUpstream.KEY);
  private static final AnApk BIG = big("noise");
  private static final TrustedKeys KEYS =
      TrustedKeys.with(
          (architecture, fingerprint) ->
              architecture.equals("x86_64")
                  && ASigningKey.ring(ASmallUpstream.KEY)
                      .fingerprints()
                      .containsValue(fingerprint));
  private static final ImageVerifier VERIFIER =
      new ImageVerifier(RegistryAccess.standard()).withRequired(ALL).withOrigin(KEYS);

  /** A change of the statements about an image. */
  private record Forgery(
      String says,
      String id,
      String where,
      UnaryOperator<Provenance> provenance,
      UnaryOperator<ApkOrigin> origin) {
    @Override
    public String toString() {
      return says;
    }
  }

  @TempDir private static Path directory;
  private ASmallUpstream upstream;
  private BuiltImage image;
  private BlobStore blobs;

  @BeforeAll
  void build() throws IOException {
    upstream = ASmallUpstream.in(directory, TOOL, BIG);
    image =
        new SandboxBuilder(
                upstream
                    .settings()
                    .withVersion("1.2.3")
                    .withAttestations(ALL)
                    .withLockFile(directory.resolve("lock.json"), false),
                Progress.silent())
            .build(List.of(ASmallUpstream.image("tool")))
            .get(0);
    blobs = new BlobStore(upstream.cache());
  }

  @AfterAll
  void stop() throws IOException {
    upstream.close();
  }

  @Test
  void theTrueStatementsHaveNoFinding() throws IOException {
    VerificationReport report = verify(image.index());

    assertThat(about(report)).isEmpty();
    assertThat(report.lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "  origin: 2 of 2 packages signed by trusted keys (1 with all their files),"
                            + " 0 of the base image by its digest; 1 of 4 layers and "))
        .contains("  signed with all their files: big-1.0-r0")
        .contains("  signed, but not their files, which share layers: tool-1.0-r0")
        .anySatisfy(line -> assertThat(line).startsWith("  Files in the other layers are compared"))
        .anySatisfy(line -> assertThat(line).contains("> big.apk && apk verify big.apk"));
    assertThat(report.toJson().at("/origin/signed").asInt()).isEqualTo(2);
  }

  @Test
  void areReadFromRegistriesAndArchivesToo() throws IOException {
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(blobs)) {
      registry.tag("acme/small", "1", image.index());
      Path archive = directory.resolve("small.tar");
      new OciArchive(blobs, Map.of(NAME, image.index())).writeTo(archive);
      for (String place : List.of(registry.address() + "/acme/small:1", "oci-archive:" + archive)) {
        VerificationReport report =
            VERIFIER.verify(ImageSource.of(place), Platform.LINUX_AMD64, Contract.of("any"));

        assertThat(about(report)).isEmpty();
        assertThat(Objects.requireNonNull(report.origin()).signed()).isEqualTo(2);
      }
    }
  }

  static Stream<Forgery> forgeries() {
    return Stream.concat(ofProvenance(), ofOrigin());
  }

  private static Forgery provenance(String says, String where, UnaryOperator<Provenance> change) {
    return new Forgery(says, "provenance", where, change, UnaryOperator.identity());
  }

  private static Forgery origin(String says, String where, UnaryOperator<ApkOrigin> change) {
    return new Forgery(says, "origin", where, UnaryOperator.identity(), change);
  }

  private static Stream<Forgery> ofProvenance() {
    return Stream.of(
        provenance("another platform", "platform", p -> with(p, "linux/arm64", p.version())),
        provenance("another version", "version", p -> with(p, p.platform(), "1.2.4")),
        provenance(
            "a package is left out",
            "tool-1.0-r0",
            p -> inputs(p, each -> each.name().startsWith("tool") ? null : each)),
        provenance(
            "a package too many, as another lock has it",
            "tool-1.0-r1",
            p -> inputs(p, each -> renamed(each, "tool-1.0-r0.apk", "tool-1.0-r1.apk"))),
        provenance(
            "another build of a package",
            "tool-1.0-r0",
            p -> inputs(p, each -> annotated(each, "tool", "control", "sha1:" + "0".repeat(40)))),
        provenance(
            "a layer that the image does not have",
            "tool-1.0-r0",
            p -> inputs(p, each -> annotated(each, "tool", "layer", other().toString()))),
        provenance(
            "a layer that is not the data",
            "big-1.0-r0",
            p -> inputs(p, each -> each.name().startsWith("big") ? hashed(each) : each)),
        provenance(
            "a package of the base image that is not there",
            "musl-1-r0",
            p -> inputs(p, each -> annotated(each, "base", "packages", "musl-1-r0"))),
        provenance(
            "another image",
            "image",
            p -> new Provenance("other", p.platform(), p.version(), p.tool(), p.dependencies())),
        provenance(
            "another address of a package",
            "tool-1.0-r0",
            p ->
                inputs(
                    p,
                    each ->
                        each.name().startsWith("tool")
                            ? addressed(each, "pkg:apk/alpine/tool@1.0-r1?arch=x86_64")
                            : each)),
        provenance(
            "other data of a rewritten package",
            "tool-1.0-r0",
            p -> inputs(p, each -> each.name().startsWith("tool") ? hashed(each) : each)),
        provenance(
            "another form of a package",
            "big-1.0-r0",
            p -> inputs(p, each -> annotated(each, "big", "stored", "rewritten"))),
        provenance(
            "the layer of another package",
            "tool-1.0-r0",
            p ->
                inputs(
                    p,
                    each ->
                        annotated(each, "tool", "layer", Digest.sha256(BIG.data()).toString()))),
        provenance(
            "no layer",
            "tool-1.0-r0",
            p -> inputs(p, each -> each.name().startsWith("tool") ? withoutFacts(each) : each)),
        provenance(
            "another base image",
            "base",
            p -> inputs(p, each -> each.name().equals("base") ? hashed(each) : each)),
        provenance(
            "another address of the base image",
            "base",
            p ->
                inputs(
                    p,
                    each ->
                        each.name().equals("base")
                            ? addressed(each, "pkg:oci/base@" + other() + "?arch=amd64")
                            : each)),
        provenance(
            "no lock", "lock", p -> inputs(p, each -> each.name().equals("lock") ? null : each)),
        provenance(
            "no base image",
            "base",
            p -> inputs(p, each -> each.name().equals("base") ? null : each)),
        provenance(
            "an input twice",
            "big-1.0-r0.apk",
            p -> {
              List<Provenance.Dependency> more = new ArrayList<>(p.dependencies());
              p.dependencies().stream()
                  .filter(each -> each.name().startsWith("big"))
                  .forEach(more::add);
              return new Provenance(p.image(), p.platform(), p.version(), p.tool(), more);
            }),
        provenance(
            "an input of an unknown kind",
            "evil.sh",
            p -> inputs(p, each -> renamed(each, "tool-1.0-r0.apk", "evil.sh"))),
        provenance(
            "an npm package that is not there",
            "left-pad@1.0.0",
            p -> {
              List<Provenance.Dependency> more = new ArrayList<>(p.dependencies());
              more.add(
                  new Provenance.Dependency(
                      "left-pad@1.0.0",
                      "pkg:npm/left-pad@1.0.0",
                      "sha512",
                      "0",
                      new TreeMap<>(Map.of("path", "usr/local/lib/left-pad"))));
              return new Provenance(p.image(), p.platform(), p.version(), p.tool(), more);
            }));
  }

  private static Stream<Forgery> ofOrigin() {
    AnApk trojan = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!evil");
    ASigningKey another = ASigningKey.named(ASmallUpstream.KEY.name());
    return Stream.of(
        origin(
            "a package is left out",
            "tool-1.0-r0",
            o -> packages(o, each -> each.name().equals("tool") ? null : each)),
        origin(
            "a package too many",
            "evil-1.0-r0",
            o -> {
              List<ApkOrigin.Proof> more = new ArrayList<>(o.packages());
              more.add(
                  new ApkOrigin.Proof(
                      "evil", "1.0-r0", "x86_64", Stored.BASE, Optional.empty(), new byte[0]));
              return new ApkOrigin(more, o.keys(), o.base());
            }),
        origin(
            "the head of another build",
            "tool-1.0-r0",
            o ->
                packages(o, each -> headed(each, "tool", head(trojan.signed(ASmallUpstream.KEY))))),
        origin(
            "the head of another package",
            "tool-1.0-r0",
            o -> packages(o, each -> headed(each, "tool", head(BIG)))),
        origin(
            "a head that is none",
            "tool-1.0-r0",
            o -> packages(o, each -> headed(each, "tool", new byte[] {1, 2, 3}))),
        origin(
            "a layer that the image does not have",
            "tool-1.0-r0",
            o -> packages(o, each -> stored(each, "tool", Stored.REWRITTEN, other()))),
        origin(
            "the layer of another package",
            "tool-1.0-r0",
            o ->
                packages(
                    o, each -> stored(each, "tool", Stored.REWRITTEN, Digest.sha256(BIG.data())))),
        origin(
            "stored verbatim, but the layer is not the data",
            "tool-1.0-r0",
            o ->
                packages(
                    o, each -> stored(each, "tool", Stored.VERBATIM, Digest.sha256(BIG.data())))),
        origin(
            "a package twice",
            "tool-1.0-r0",
            o -> {
              List<ApkOrigin.Proof> more = new ArrayList<>(o.packages());
              o.packages().stream().filter(each -> each.name().equals("tool")).forEach(more::add);
              return new ApkOrigin(more, o.keys(), o.base());
            }),
        origin(
            "another architecture",
            "tool-1.0-r0",
            o ->
                packages(
                    o,
                    each ->
                        new ApkOrigin.Proof(
                            each.name(),
                            each.version(),
                            "aarch64",
                            each.stored(),
                            each.layer(),
                            each.head()))),
        origin(
            "another key of the same name",
            "test.rsa.pub",
            o ->
                new ApkOrigin(
                    o.packages(), new TreeMap<>(Map.of("test.rsa.pub", other())), o.base())),
        origin(
            "a bomb as head",
            "tool-1.0-r0",
            o -> packages(o, each -> headed(each, "tool", bomb()))),
        origin(
            "a head with bytes after it",
            "tool-1.0-r0",
            o -> packages(o, each -> headed(each, "tool", Arrays.copyOf(head(TOOL), 1 << 16)))),
        origin(
            "packages of the base image that its database does not have",
            "tool-1.0-r0",
            ForgedAttestationTest::allOfBase),
        origin("no base image", "base", o -> based(o, new byte[0], "{}")),
        origin("a base image that is none", "base", o -> based(o, new byte[0], "[")),
        origin(
            "the base of another image", "base", o -> based(o, new byte[0], manifestOf(other()))),
        origin(
            "an index that lists another base image",
            "base",
            o ->
                new ApkOrigin(
                    o.packages(), o.keys(), new OriginBase(indexOf(other()), o.base().manifest()))),
        new Forgery(
            "no packages",
            "origin-signature",
            "image",
            UnaryOperator.identity(),
            o -> packages(o, each -> null)),
        new Forgery(
            "a signature by a key of the same name",
            "origin-signature",
            "tool-1.0-r0",
            UnaryOperator.identity(),
            o -> packages(o, each -> headed(each, "tool", head(resigned(TOOL, another))))),
        new Forgery(
            "no signature",
            "origin-signature",
            "tool-1.0-r0",
            UnaryOperator.identity(),
            o -> packages(o, each -> headed(each, "tool", TOOL.control()))));
  }

  @ParameterizedTest
  @MethodSource("forgeries")
  void isNamed(Forgery forgery) throws IOException {
    Provenance provenance = forgery.provenance.apply(trueProvenance());
    ApkOrigin origin = forgery.origin.apply(trueOrigin());

    VerificationReport report =
        verify(
            index(
                manifest(),
                Statement.of(AttestationKind.PROVENANCE, manifest(), provenance.toJson()),
                Statement.of(AttestationKind.ORIGIN, manifest(), origin.toJson())));

    assertThat(report.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.id()).isEqualTo(forgery.id);
              assertThat(finding.where()).isEqualTo(forgery.where);
              assertThat(finding.shows())
                  .isEqualTo(forgery.id.startsWith("origin-") ? "origin" : "consistency");
            });
  }

  /** Says that all packages are the base image's. */
  private static ApkOrigin allOfBase(ApkOrigin of) {
    return packages(
        of,
        each ->
            new ApkOrigin.Proof(
                each.name(),
                each.version(),
                each.architecture(),
                Stored.BASE,
                Optional.empty(),
                new byte[0]));
  }

  private static ApkOrigin based(ApkOrigin of, byte[] index, String manifest) {
    return new ApkOrigin(
        of.packages(), of.keys(), new OriginBase(index, manifest.getBytes(StandardCharsets.UTF_8)));
  }

  private static String manifestOf(Digest layer) {
    Descriptor config = Descriptor.of(MediaType.CONFIG, other(), 1);
    return new String(
        new Manifest(config, List.of(Descriptor.of(MediaType.LAYER_GZIP, layer, 1)), Map.of())
            .toJson(),
        StandardCharsets.UTF_8);
  }

  private static byte[] indexOf(Digest manifest) {
    return new ImageIndex(
            List.of(
                Descriptor.of(MediaType.MANIFEST, manifest, 1).withPlatform(Platform.LINUX_AMD64)),
            Map.of())
        .toJson();
  }

  /** The image is consistent if its own manifest is that of the base: only the digest tells it. */
  @Test
  void aBaseThatOnlyTheImageNamesIsNamed() throws IOException {
    byte[] own = blobs.read(manifest());
    ApkOrigin all = allOfBase(trueOrigin());
    ApkOrigin forged = new ApkOrigin(all.packages(), all.keys(), new OriginBase(new byte[0], own));
    Descriptor index =
        index(
            manifest(),
            Statement.of(AttestationKind.SBOM, manifest(), predicate(AttestationKind.SBOM)),
            Statement.of(
                AttestationKind.PROVENANCE, manifest(), predicate(AttestationKind.PROVENANCE)),
            Statement.of(AttestationKind.ORIGIN, manifest(), forged.toJson()));

    VerificationReport report = verify(index);
    VerificationReport ofKnown =
        verify(index, VERIFIER.withOrigin(NO_KEYS, known(manifest(), List.of(result(inputs())))));

    assertThat(about(report))
        .filteredOn(each -> each.shows().equals("origin"))
        .extracting(Finding::id, Finding::where)
        .containsExactly(tuple("origin-base", "base"));
    assertThat(about(ofKnown)).noneMatch(each -> each.shows().equals("origin"));
    assertThat(Objects.requireNonNull(ofKnown.origin()).signed()).isZero();
    assertThat(ofKnown.lines())
        .anySatisfy(line -> assertThat(line).contains("2 of the base image by its digest"));
  }

  private static final TrustedKeys NO_KEYS = TrustedKeys.with((architecture, key) -> false);

  private static KnownImages known(Digest base, List<KnownImages.Locked> locked) {
    return new KnownImages() {
      @Override
      public boolean haveBase(Platform platform, Digest digest) {
        return digest.equals(base);
      }

      @Override
      public Optional<List<Locked>> locked(Platform platform) {
        return Optional.of(locked);
      }
    };
  }

  private VerificationReport againstLock(Descriptor index, KnownImages.Locked... locked)
      throws IOException {
    return verify(index, VERIFIER.withOrigin(KEYS, known(other(), List.of(locked))));
  }

  private KnownImages.Locked result(Digest inputs) throws IOException {
    JsonNode lock = Json.parse(Files.readAllBytes(directory.resolve("lock.json")), "the lock");
    return new KnownImages.Locked(
        NAME, Optional.of(Digest.of(lock.findValue("result").asText())), Set.of(inputs));
  }

  private Digest inputs() throws IOException {
    return trueProvenance().dependencies().stream()
        .filter(each -> each.name().equals(Provenance.LOCK))
        .map(each -> new Digest(each.digest()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theResultOfALockProvesAllBytes() throws IOException {
    VerificationReport report = againstLock(image.index(), result(inputs()));

    assertThat(about(report)).isEmpty();
    assertThat(Objects.requireNonNull(report.origin()).locked()).isEqualTo(NAME);
    assertThat(report.lines())
        .contains("  signed, and their files proved by the lock's result alone: tool-1.0-r0")
        .noneMatch(line -> line.contains("in the other layers are compared"));
    assertThat(report.toJson().at("/origin/rewritten/0").asText()).isEqualTo("tool-1.0-r0");
  }

  @Test
  void theProvenanceOfAnotherLockIsNamed() throws IOException {
    assertThat(about(againstLock(image.index(), result(other()))))
        .extracting(Finding::id, Finding::where, Finding::shows)
        .containsExactly(tuple("origin-lock", "provenance", "origin"));
    assertThat(
            about(
                againstLock(
                    image.index(),
                    new KnownImages.Locked("another", Optional.of(other()), Set.of(other())))))
        .extracting(Finding::id, Finding::where)
        .containsExactly(tuple("origin-lock", "image"));
    KnownImages.Locked ofAnother =
        new KnownImages.Locked("another", result(inputs()).result(), Set.of(inputs()));
    assertThat(about(againstLock(image.index(), ofAnother)))
        .extracting(Finding::message)
        .singleElement()
        .asString()
        .endsWith(", and the lock's result is that of another");
    assertThat(about(againstLock(image.index())))
        .extracting(Finding::message)
        .containsExactly("the lock has no image for linux/amd64");
  }

  /** No packager signed the layer with the file: without the lock nothing tells it. */
  @Test
  void aReplacedFileOfARewrittenPackageIsNotTheLocksResult() throws IOException {
    BuiltRoot root = BuiltRoot.of(image.platforms().get(0).blobs(), blobs);
    String database = replacing(Objects.requireNonNull(root.text("lib/apk/db/installed")), "tool");
    Descriptor forged =
        withStatements(
            withLayer(
                new TreeMap<>(
                    Map.of(
                        "usr/bin/tool",
                        EVIL.getBytes(StandardCharsets.UTF_8),
                        "lib/apk/db/installed",
                        database.getBytes(StandardCharsets.UTF_8)))),
            trueOrigin());

    assertThat(verify(forged).lines())
        .contains("  signed, but not their files, which share layers: tool-1.0-r0");
    assertThat(ids(againstLock(forged, result(inputs())))).contains("origin-lock");
  }

  /** A field that this program does not write could mean anything to an engine. */
  @Test
  void aManifestWithAFieldMoreIsNotTheLocksResult() throws IOException {
    ObjectNode manifest = (ObjectNode) Json.parse(blobs.read(manifest()), "it");
    Descriptor forged =
        blobs
            .put(MediaType.MANIFEST, Json.write(manifest.put("artifactType", "a/b")))
            .withPlatform(Platform.LINUX_AMD64);

    assertThat(againstLock(withStatements(forged, trueOrigin()), result(inputs())).findings())
        .anySatisfy(
            each -> {
              assertThat(each.id()).isEqualTo("origin-lock");
              assertThat(each.message()).contains("its manifest is not one that this program");
            });
  }

  /** A change of the SBOM. */
  private record ForgedSbom(String says, String where, Consumer<ObjectNode> change) {
    @Override
    public String toString() {
      return says;
    }
  }

  static Stream<ForgedSbom> ofSbom() {
    String tool = "tool 1.0-r0 pkg:apk/alpine/tool@1.0-r0?arch=x86_64";
    return Stream.of(
        new ForgedSbom("a package is left out", tool, s -> remove(s, "tool")),
        new ForgedSbom(
            "a package too many",
            "evil 1.0-r0 pkg:apk/alpine/evil@1.0-r0?arch=x86_64",
            s -> s.withArray("packages").add(renamed(named(s, "tool").deepCopy(), "evil"))),
        new ForgedSbom(
            "a package twice", tool, s -> s.withArray("packages").add(named(s, "tool").deepCopy())),
        new ForgedSbom("another version", tool, s -> named(s, "tool").put("versionInfo", "1.0-r1")),
        new ForgedSbom(
            "another address",
            tool,
            s ->
                ((ObjectNode) named(s, "tool").withArray("externalRefs").get(0))
                    .put("referenceLocator", "pkg:apk/alpine/tool@1.0-r1?arch=x86_64")),
        new ForgedSbom(
            "a layer that the image does not have",
            "tool",
            s ->
                ((ObjectNode) named(s, "tool").withArray("annotations").get(0))
                    .put("comment", "LayerDigest: " + other())),
        new ForgedSbom(
            "the layer of another package",
            "tool",
            s ->
                ((ObjectNode) named(s, "tool").withArray("annotations").get(0))
                    .put("comment", "LayerDigest: " + Digest.sha256(BIG.data()))),
        new ForgedSbom("no layer", "tool", s -> named(s, "tool").remove("annotations")),
        new ForgedSbom(
            "another licence",
            "tool",
            s -> named(s, "tool").put("licenseDeclared", "GPL-2.0-only")),
        new ForgedSbom(
            "a licence that is said to be concluded",
            "tool",
            s -> named(s, "tool").put("licenseConcluded", "MIT")),
        new ForgedSbom(
            "a supplier", "tool", s -> named(s, "tool").put("supplier", "Organization: Alpine")),
        new ForgedSbom(
            "an originator", "big", s -> named(s, "big").put("originator", "Person: Other")),
        new ForgedSbom(
            "an address that is none",
            "big",
            s -> named(s, "big").put("downloadLocation", "https://h.example/big.apk")),
        new ForgedSbom(
            "another source package",
            "big",
            s -> named(s, "big").put("sourceInfo", "built package from: other 1.0-r0")),
        new ForgedSbom(
            "another build",
            "tool",
            s ->
                ((ObjectNode) named(s, "tool").withArray("checksums").get(0))
                    .put("checksumValue", "0".repeat(40))),
        new ForgedSbom(
            "another checksum of a file",
            "./lib/apk/db/installed",
            s -> ((ObjectNode) s.at("/files/0/checksums/0")).put("checksumValue", "0".repeat(40))),
        new ForgedSbom(
            "another layer of a file",
            "./lib/apk/db/installed",
            s -> ((ObjectNode) s.at("/files/0")).put("comment", "layerID: " + other())),
        new ForgedSbom("no files", "./lib/apk/db/installed", s -> s.remove("files")),
        new ForgedSbom(
            "a file more",
            "./evil",
            s ->
                s.withArray("files")
                    .addObject()
                    .put("SPDXID", "SPDXRef-File-evil")
                    .put("fileName", "./evil")),
        new ForgedSbom(
            "a package that another one is said to be part of",
            "SPDXRef-Package-apk-tool PACKAGE_OF SPDXRef-Package-apk-big",
            s ->
                s.withArray("relationships")
                    .addObject()
                    .put("spdxElementId", "SPDXRef-Package-apk-tool")
                    .put("relationshipType", "PACKAGE_OF")
                    .put("relatedSpdxElement", "SPDXRef-Package-apk-big")),
        new ForgedSbom(
            "an image that does not contain anything",
            "SPDXRef-DocumentRoot-Image-small CONTAINS SPDXRef-Package-apk-tool",
            s -> s.remove("relationships")),
        new ForgedSbom(
            "the checksum of another image",
            "small",
            s ->
                ((ObjectNode) s.at("/packages/0/checksums/0")).put("checksumValue", other().hex())),
        new ForgedSbom(
            "another time",
            "document",
            s -> s.withObject("/creationInfo").put("created", "1999-01-01T00:00:00Z")),
        new ForgedSbom("a field more", "document", s -> s.put("comment", "all is well")),
        new ForgedSbom(
            "another namespace",
            "document",
            s -> s.put("documentNamespace", "https://h.example/other")),
        new ForgedSbom(
            "the image twice",
            "document",
            s -> s.withArray("packages").add(s.at("/packages/0").deepCopy())),
        new ForgedSbom("no packages", tool, s -> s.remove("packages")));
  }

  /** The image does not hold these hashes, and the provenance does. */
  @Test
  void hashesOfInputsAreThoseOfTheProvenance() throws IOException {
    ObjectNode other = (ObjectNode) Json.parse(predicate(AttestationKind.SBOM), "the SBOM");
    ((ObjectNode) named(other, "tool").withArray("checksums").get(1))
        .put("checksumValue", other().hex());
    ObjectNode none = (ObjectNode) Json.parse(predicate(AttestationKind.SBOM), "the SBOM");
    named(none, "tool").withArray("checksums").remove(1);
    Statement provenance =
        Statement.of(AttestationKind.PROVENANCE, manifest(), predicate(AttestationKind.PROVENANCE));
    for (ObjectNode each : List.of(other, none)) {
      Statement sbom = Statement.of(AttestationKind.SBOM, manifest(), Json.write(each));

      assertThat(about(verify(index(manifest(), sbom, provenance))))
          .anySatisfy(
              finding -> {
                assertThat(finding.id() + " " + finding.where()).isEqualTo("sbom tool-1.0-r0.apk");
                assertThat(finding.message()).startsWith("its hash is ");
              });
    }
  }

  private static ObjectNode named(ObjectNode sbom, String name) {
    for (JsonNode each : sbom.withArray("packages")) {
      if (each.path("name").asText().equals(name)) {
        return (ObjectNode) each;
      }
    }
    throw new AssertionError("The SBOM does not name " + name + ": " + sbom);
  }

  private static void remove(ObjectNode sbom, String name) {
    ArrayNode packages = sbom.withArray("packages");
    for (int i = packages.size() - 1; i >= 0; i--) {
      if (packages.get(i).path("name").asText().equals(name)) {
        packages.remove(i);
      }
    }
  }

  private static ObjectNode renamed(ObjectNode pkg, String name) {
    ((ObjectNode) pkg.withArray("externalRefs").get(0))
        .put("referenceLocator", "pkg:apk/alpine/" + name + "@1.0-r0?arch=x86_64");
    return pkg.put("name", name);
  }

  @ParameterizedTest
  @MethodSource("ofSbom")
  void aForgedSbomIsNamed(ForgedSbom forgery) throws IOException {
    ObjectNode sbom = (ObjectNode) Json.parse(predicate(AttestationKind.SBOM), "the SBOM");
    forgery.change.accept(sbom);

    VerificationReport report =
        verify(index(manifest(), Statement.of(AttestationKind.SBOM, manifest(), Json.write(sbom))));

    assertThat(report.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.id()).isEqualTo("sbom");
              assertThat(finding.where()).isEqualTo(forgery.where);
              assertThat(finding.shows()).isEqualTo("consistency");
            });
  }

  /** The documents of other programs name software in ways of their own. */
  @Test
  void theSbomOfAnotherProgramIsNone() throws IOException {
    ObjectNode sbom = (ObjectNode) Json.parse(predicate(AttestationKind.SBOM), "the SBOM");
    sbom.withObject("/creationInfo").putArray("creators").add("Tool: syft-1.0");
    sbom.remove("packages");

    assertThat(
            verify(
                    index(
                        manifest(),
                        Statement.of(AttestationKind.SBOM, manifest(), Json.write(sbom))))
                .findings())
        .noneSatisfy(finding -> assertThat(finding.id()).isEqualTo("sbom"))
        .anySatisfy(
            finding ->
                assertThat(finding.id() + " " + finding.where())
                    .isEqualTo("attestation-missing sbom"));
  }

  @Test
  void statementsAboutAnotherImageAreNamed() throws IOException {
    Statement foreign =
        Statement.of(AttestationKind.PROVENANCE, other(), trueProvenance().toJson());

    assertThat(ids(verify(index(manifest(), foreign))))
        .contains("attestation", "attestation-missing");
    assertThat(ids(verify(index(other(), foreign)))).contains("attestation", "attestation-missing");
  }

  static Stream<String> malformed() {
    return Stream.of(
        "{}",
        "",
        "[".repeat(200_000),
        "{\"packages\":" + "[".repeat(200_000),
        "{\"packages\":[{\"name\":1}],\"keys\":{}}",
        "{\"packages\":[],\"keys\":{\"k.pub\":\"sha256:../../x\"}}",
        "{\"packages\":[],\"keys\":[]}",
        "{\"packages\":[{\"name\":\"tool\",\"version\":\"1\",\"arch\":\"x\",\"stored\":\"nowhere\"}],"
            + "\"keys\":{}}",
        "{\"packages\":[{\"name\":\"tool\",\"version\":\"1\",\"arch\":\"x\",\"stored\":\"base\","
            + "\"head\":\"?\"}],\"keys\":{}}");
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void aMalformedProofIsNamed(String predicate) throws IOException {
    Statement statement =
        Statement.of(
            AttestationKind.ORIGIN, manifest(), predicate.getBytes(StandardCharsets.UTF_8));

    List<String> ids = ids(verify(index(manifest(), statement)));

    assertThat(ids).contains("attestation", "attestation-missing", "origin-signature");
  }

  @Test
  void aSecondAttestationOfOnePlatformIsNamed() throws IOException {
    Statement sound = Statement.of(AttestationKind.ORIGIN, manifest(), trueOrigin().toJson());
    ApkOrigin none = new ApkOrigin(List.of(), new TreeMap<>(), trueOrigin().base());
    Statement other = Statement.of(AttestationKind.ORIGIN, manifest(), none.toJson());
    ImageIndex index =
        new ImageIndex(
            List.of(
                image.platforms().get(0).manifest(),
                AttestationManifest.write(manifest(), List.of(sound), blobs),
                AttestationManifest.write(manifest(), List.of(other), blobs)),
            ImageIndex.parse(blobs.read(image.digest()), "it").annotations());

    assertThat(about(verify(blobs.put(MediaType.INDEX, index.toJson()))))
        .anySatisfy(
            each ->
                assertThat(each.message())
                    .isEqualTo("it is a second statement of the kind origin"));
  }

  @Test
  void malformedAndRepeatedStatementsAreNamed() throws IOException {
    Statement sound = Statement.of(AttestationKind.ORIGIN, manifest(), trueOrigin().toJson());
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);

    assertThat(ids(verify(index(manifest(), sound, sound)))).contains("attestation");
    assertThat(
            ids(verify(index(manifest(), Statement.of(AttestationKind.ORIGIN, manifest(), empty)))))
        .contains("attestation");
  }

  @Test
  void requiredStatementsThatAreMissingAreNamed() throws IOException {
    ImageIndex plain = new ImageIndex(List.of(image.platforms().get(0).manifest()), Map.of());
    Descriptor index = blobs.put(MediaType.INDEX, plain.toJson());

    assertThat(verify(index).findings())
        .filteredOn(each -> each.id().equals("attestation-missing"))
        .extracting(Finding::where)
        .containsExactly("origin", "provenance", "sbom");
    assertThat(ids(verify(index))).contains("origin-signature");
  }

  /** A layer above all others, and what the proof of origin says about the image with it. */
  private record Trojan(
      String says,
      String path,
      UnaryOperator<String> database,
      UnaryOperator<ApkOrigin> origin,
      String... findings) {
    @Override
    public String toString() {
      return says;
    }
  }

  private static final String EVIL = "#!evil";

  /** Returns the database with another checksum of a file. */
  private static String replacing(String database, String file) {
    return database.replaceFirst("(R:" + file + "\n(?:a:.*\n)?)Z:.*", "$1Z:" + evil());
  }

  /** Returns the database with one more file of a package. */
  private static String adding(String database, String pkg, String directory, String file) {
    String entry = "F:" + directory + "\nR:" + file + "\na:0:0:755\nZ:" + evil() + "\n";
    int end = database.indexOf("\n\n", database.indexOf("P:" + pkg + "\n"));
    return database.substring(0, end + 1) + entry + database.substring(end + 1);
  }

  private static Checksum evil() {
    return Checksum.from(Checksum.newSha1().digest(EVIL.getBytes(StandardCharsets.UTF_8)));
  }

  private static ApkOrigin said(ApkOrigin of, String name, Stored stored) {
    return packages(
        of,
        each ->
            each.name().equals(name)
                ? new ApkOrigin.Proof(
                    name,
                    each.version(),
                    each.architecture(),
                    stored,
                    stored == Stored.BASE ? Optional.empty() : each.layer(),
                    stored == Stored.BASE ? new byte[0] : each.head())
                : each);
  }

  static Stream<Trojan> trojans() {
    String noise = "/usr/share/noise: layer 5 replaces the signed file of big-1.0-r0";
    return Stream.of(
        new Trojan(
            "a signed file replaced, with its checksum",
            "usr/share/noise",
            db -> replacing(db, "noise"),
            UnaryOperator.identity(),
            noise),
        new Trojan(
            "the same, and the package is said to be rewritten",
            "usr/share/noise",
            db -> replacing(db, "noise"),
            o -> said(o, "big", Stored.REWRITTEN),
            noise,
            "big-1.0-r0: none of its files is in layer 2 (",
            "big-1.0-r0: the proof of origin calls it rewritten, and layer 2 ("),
        new Trojan(
            "a file more that a signed package is said to have",
            "usr/bin/evil",
            db -> adding(db, "big", "usr/bin", "evil"),
            UnaryOperator.identity(),
            "/usr/bin/evil: apk's database lists it for big-1.0-r0, whose signed data has no such"
                + " file"),
        new Trojan(
            "a setting more that a signed package is said to have",
            "etc/profile.d/evil.sh",
            db -> adding(db, "big", "etc/profile.d", "evil.sh"),
            UnaryOperator.identity(),
            "/etc/profile.d/evil.sh: apk's database lists it for big-1.0-r0, whose signed data has"
                + " no such file"),
        new Trojan(
            "an unsigned package that is said to be the base image's",
            "usr/bin/tool",
            db -> replacing(db, "tool"),
            o -> said(o, "tool", Stored.BASE),
            "tool-1.0-r0: the proof of origin calls it a package of the base image, whose database"
                + " does not have this build of it",
            "/usr/bin/tool: layer 5 has it, and the proof of origin calls tool-1.0-r0 a package of"
                + " the base image, which has no such file"),
        new Trojan(
            "a package whose files no layer is said to have",
            "usr/bin/tool",
            db -> replacing(db, "tool"),
            o ->
                packages(
                    o,
                    each ->
                        each.name().equals("tool")
                            ? new ApkOrigin.Proof(
                                each.name(),
                                each.version(),
                                each.architecture(),
                                each.stored(),
                                Optional.empty(),
                                each.head())
                            : each),
            "tool-1.0-r0: the proof of origin names no layer for its files"),
        new Trojan(
            "another source package, which hides what is known about it",
            "etc/motd",
            db -> db.replaceFirst("(P:big\n)", "$1o:other\n"),
            UnaryOperator.identity(),
            "big-1.0-r0: its origin is \"\" in the proof of origin, and \"other\" in apk's"
                + " database"),
        new Trojan(
            "another licence",
            "etc/motd",
            db -> db.replaceFirst("(?m)(P:big\n(?:.+\n)*?)L:.*", "$1L:other"),
            UnaryOperator.identity(),
            "big-1.0-r0: its licence is"));
  }

  /** The database, the labels and all checksums agree: only what is signed tells it. */
  @ParameterizedTest
  @MethodSource("trojans")
  void aTrojanWithAllItsChecksumsIsNamed(Trojan trojan) throws IOException {
    BuiltRoot root = BuiltRoot.of(image.platforms().get(0).blobs(), blobs);
    String before = Objects.requireNonNull(root.text("lib/apk/db/installed"));
    String database = trojan.database.apply(before);
    assertThat(database).isNotEqualTo(before);
    Descriptor forged =
        withLayer(
            new TreeMap<>(
                Map.of(
                    trojan.path,
                    EVIL.getBytes(StandardCharsets.UTF_8),
                    "lib/apk/db/installed",
                    database.getBytes(StandardCharsets.UTF_8))));

    VerificationReport report = verify(withStatements(forged, trojan.origin.apply(trueOrigin())));

    List<String> found =
        report.findings().stream()
            .filter(each -> each.id().equals("origin"))
            .map(each -> each.where() + ": " + each.message() + " " + each.shows())
            .toList();
    assertThat(found).allSatisfy(each -> assertThat(each).endsWith(" consistency"));
    assertThat(found).hasSameSizeAs(trojan.findings);
    for (String each : trojan.findings) {
      assertThat(found).anySatisfy(finding -> assertThat(finding).startsWith(each));
    }
  }

  private Descriptor withStatements(Descriptor forged, ApkOrigin origin) throws IOException {
    List<Statement> statements =
        List.of(
            Statement.of(AttestationKind.SBOM, forged.digest(), predicate(AttestationKind.SBOM)),
            Statement.of(AttestationKind.PROVENANCE, forged.digest(), trueProvenance().toJson()),
            Statement.of(AttestationKind.ORIGIN, forged.digest(), origin.toJson()));
    ImageIndex index =
        new ImageIndex(
            List.of(forged, AttestationManifest.write(forged.digest(), statements, blobs)),
            ImageIndex.parse(blobs.read(image.digest()), "it").annotations());
    return blobs.put(MediaType.INDEX, index.toJson());
  }

  private Descriptor withLayer(SortedMap<String, byte[]> files) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Attributes attributes = Attributes.of(0644);
      tar.write(
          new TarEntry.File(each.getKey(), attributes, each.getValue().length), each.getValue());
    }
    tar.finish();
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(blob)) {
      archive.writeTo(gzip);
    }
    Manifest before = Manifest.parse(blobs.read(manifest()), "it");
    ImageConfig config =
        ImageConfig.parse(blobs.read(before.config().digest()), "it")
            .withLayer(Digest.sha256(archive.toByteArray()), "evil", "");
    List<Descriptor> layers = new ArrayList<>(before.layers());
    layers.add(blobs.put(MediaType.LAYER_GZIP, blob.toByteArray()));
    Descriptor stored = blobs.put(MediaType.CONFIG, config.toJson());
    return blobs
        .put(MediaType.MANIFEST, new Manifest(stored, layers, before.annotations()).toJson())
        .withPlatform(Platform.LINUX_AMD64);
  }

  @Test
  void statementsOfOtherProgramsAreIgnored() throws IOException {
    byte[] foreign =
        "{\"buildDefinition\":{\"buildType\":\"https://example.org/other\"}}"
            .getBytes(StandardCharsets.UTF_8);
    Descriptor index =
        index(
            manifest(),
            Statement.of(AttestationKind.PROVENANCE, manifest(), foreign),
            new Statement("https://example.org/other", manifest(), foreign));

    VerificationReport report = verify(index, new ImageVerifier(RegistryAccess.standard()));

    assertThat(about(report)).isEmpty();
    assertThat(Objects.requireNonNull(report.facts()).statements())
        .isEqualTo(new ImageFacts.Statements(List.of(), 2));
  }

  /** A key in the image proves nothing, so the same image has no origin for other keys. */
  @Test
  void keysInTheImageShowConsistencyOnly() throws IOException {
    VerificationReport report =
        verify(
            image.index(),
            new ImageVerifier(RegistryAccess.standard())
                .withOrigin(TrustedKeys.with((architecture, fingerprint) -> false)));

    assertThat(about(report))
        .extracting(Finding::id, Finding::shows)
        .containsOnly(tuple("origin-signature", "origin"));
    assertThat(about(report).get(0).message())
        .isEqualTo(
            "no trusted key signed it; the key test.rsa.pub in the image did, which shows"
                + " consistency but no origin");
  }

  @Test
  void trustsTheKeysOfADirectoryAlone() throws IOException {
    Path keys = Files.createDirectories(directory.resolve("keys"));
    assertThatThrownBy(() -> TrustedKeys.in(keys))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has no keys");
    Files.write(keys.resolve(ASmallUpstream.KEY.name()), ASmallUpstream.KEY.pem());
    ImageVerifier trusting =
        new ImageVerifier(RegistryAccess.standard()).withOrigin(TrustedKeys.in(keys));

    assertThat(about(verify(image.index(), trusting))).isEmpty();
    Files.write(keys.resolve(ASmallUpstream.KEY.name()), ASigningKey.named("x").pem());
    assertThat(
            ids(
                verify(
                    image.index(),
                    new ImageVerifier(RegistryAccess.standard()).withOrigin(TrustedKeys.in(keys)))))
        .containsOnly("origin-signature");
  }

  private VerificationReport verify(Descriptor index) throws IOException {
    return verify(index, VERIFIER);
  }

  private VerificationReport verify(Descriptor index, ImageVerifier verifier) throws IOException {
    Path layout = directory.resolve("layout");
    new OciLayout(layout).put(blobs, Map.of(NAME, index));
    return verifier.verify(
        new ImageSource.OciDirectory(layout, NAME), Platform.LINUX_AMD64, Contract.of("any"));
  }

  private static List<String> ids(VerificationReport report) {
    return about(report).stream().map(Finding::id).distinct().toList();
  }

  /** Returns the findings about statements: the small base image itself has other ones. */
  private static List<Finding> about(VerificationReport report) {
    return report.findings().stream()
        .filter(each -> !Set.of("password", "unowned-file").contains(each.id()))
        .toList();
  }

  private Digest manifest() {
    return image.platforms().get(0).manifest().digest();
  }

  private Descriptor index(Digest about, Statement... statements) throws IOException {
    Descriptor entry = AttestationManifest.write(about, Arrays.asList(statements), blobs);
    ImageIndex index =
        new ImageIndex(
            List.of(image.platforms().get(0).manifest(), entry),
            ImageIndex.parse(blobs.read(image.digest()), "it").annotations());
    return blobs.put(MediaType.INDEX, index.toJson());
  }

  private byte[] predicate(AttestationKind kind) throws IOException {
    Descriptor entry = image.platforms().get(0).attestation().orElseThrow();
    for (Descriptor each :
        AttestationManifest.statements(blobs.read(entry.digest()), "the statements")) {
      Statement statement = Statement.parse(blobs.read(each.digest()), "it");
      if (statement.predicateType().equals(kind.predicateType())) {
        return statement.predicate();
      }
    }
    throw new AssertionError(kind);
  }

  private Provenance trueProvenance() throws IOException {
    return Provenance.parse(predicate(AttestationKind.PROVENANCE), "it");
  }

  private ApkOrigin trueOrigin() throws IOException {
    return ApkOrigin.parse(predicate(AttestationKind.ORIGIN), "it");
  }

  private static Provenance with(Provenance of, String platform, String version) {
    return new Provenance(of.image(), platform, version, of.tool(), of.dependencies());
  }

  private static Provenance inputs(Provenance of, UnaryOperator<Provenance.Dependency> change) {
    List<Provenance.Dependency> changed =
        of.dependencies().stream().map(change).filter(each -> each != null).toList();
    return new Provenance(of.image(), of.platform(), of.version(), of.tool(), changed);
  }

  private static Provenance.Dependency renamed(Provenance.Dependency each, String from, String to) {
    return each.name().equals(from)
        ? new Provenance.Dependency(
            to, each.uri(), each.algorithm(), each.digest(), each.annotations())
        : each;
  }

  private static Provenance.Dependency annotated(
      Provenance.Dependency each, String start, String key, String value) {
    if (!each.name().startsWith(start)) {
      return each;
    }
    SortedMap<String, String> annotations = new TreeMap<>(each.annotations());
    annotations.put(key, value);
    return new Provenance.Dependency(
        each.name(), each.uri(), each.algorithm(), each.digest(), annotations);
  }

  private static Provenance.Dependency addressed(Provenance.Dependency each, String uri) {
    return new Provenance.Dependency(
        each.name(), uri, each.algorithm(), each.digest(), each.annotations());
  }

  /** Returns the input with its build alone. */
  private static Provenance.Dependency withoutFacts(Provenance.Dependency each) {
    return new Provenance.Dependency(
        each.name(),
        each.uri(),
        each.algorithm(),
        each.digest(),
        new TreeMap<>(Map.of("control", each.annotations().get("control"))));
  }

  private static Provenance.Dependency hashed(Provenance.Dependency each) {
    return new Provenance.Dependency(
        each.name(), each.uri(), each.algorithm(), other().hex(), each.annotations());
  }

  private static ApkOrigin packages(ApkOrigin of, UnaryOperator<ApkOrigin.Proof> change) {
    return new ApkOrigin(
        of.packages().stream().map(change).filter(each -> each != null).toList(),
        of.keys(),
        of.base());
  }

  private static ApkOrigin.Proof headed(ApkOrigin.Proof each, String name, byte[] head) {
    return each.name().equals(name)
        ? new ApkOrigin.Proof(
            each.name(), each.version(), each.architecture(), each.stored(), each.layer(), head)
        : each;
  }

  private static ApkOrigin.Proof stored(
      ApkOrigin.Proof each, String name, Stored stored, Digest layer) {
    return each.name().equals(name)
        ? new ApkOrigin.Proof(
            name, each.version(), each.architecture(), stored, Optional.of(layer), each.head())
        : each;
  }

  private static byte[] head(AnApk apk) {
    byte[] signature = apk.signature();
    byte[] control = apk.control();
    byte[] head = Arrays.copyOf(signature, signature.length + control.length);
    System.arraycopy(control, 0, head, signature.length, control.length);
    return head;
  }

  /** Returns a few kilobytes that inflate to 64 MiB. */
  private static byte[] bomb() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(bytes)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        gzip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Returns the package with another's signature alone. */
  private static AnApk resigned(AnApk apk, ASigningKey key) {
    return AnApk.named(apk.name())
        .depends("big")
        .withFile("usr/bin/tool", 0755, "#!tool")
        .signed(key);
  }

  private static Digest other() {
    return Digest.sha256("other");
  }

  private static AnApk big(String name) {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3 << 20; i++) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return AnApk.named("big")
        .withFile("usr/share/" + name, 0644, text.toString())
        .signed(ASmallUpstream.KEY);
  }
}
