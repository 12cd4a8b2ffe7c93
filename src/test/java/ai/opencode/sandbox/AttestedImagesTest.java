package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images with statements about them in their index, from a whole build on a small upstream. */
class AttestedImagesTest {

  private static final Set<AttestationKind> ALL = EnumSet.allOf(AttestationKind.class);

  private static final AnApk TOOL =
      AnApk.named("tool")
          .depends("big")
          .withFile("usr/bin/tool", 0755, "#!tool")
          .signed(ASmallUpstream.KEY);
  private static final AnApk BIG =
      AnApk.named("big").withFile("usr/share/noise", 0644, noise()).signed(ASmallUpstream.KEY);

  @TempDir private Path directory;

  @Test
  void haveOneManifestOfStatementsForEachPlatformAfterAllImages() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.forBothPlatforms(directory, TOOL, BIG)) {
      BuiltImage image =
          build(upstream.settings().withPlatforms(bothPlatforms()).withAttestations(ALL));

      List<Descriptor> entries = index(image, upstream).manifests();
      assertThat(entries)
          .extracting(Descriptor::platform)
          .containsExactly(
              Platform.LINUX_AMD64, Platform.LINUX_ARM64, Platform.NONE, Platform.NONE);
      for (int i = 0; i < 2; i++) {
        assertThat(entries.get(i + 2).annotations())
            .isEqualTo(
                Map.of(
                    "vnd.docker.reference.type",
                    "attestation-manifest",
                    "vnd.docker.reference.digest",
                    entries.get(i).digest().toString()));
      }
      assertThat(index(image, upstream).images()).isEqualTo(entries.subList(0, 2));
    }
  }

  @Test
  void areTheSameImagesWithoutStatements() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, BIG)) {
      BuiltImage with = build(upstream.settings().withAttestations(ALL));
      BuiltImage without = build(upstream.settings().withAttestations(Set.of()));

      assertThat(with.platforms().get(0).manifest())
          .isEqualTo(without.platforms().get(0).manifest());
      assertThat(with.digest()).isNotEqualTo(without.digest());
      assertThat(index(without, upstream).manifests()).hasSize(1);
    }
  }

  @Test
  void haveTheSameIndexFromAnyMirrorCacheAndPath() throws Exception {
    Digest first;
    try (ASmallUpstream upstream =
        ASmallUpstream.in(Files.createDirectories(directory.resolve("one")), TOOL, BIG)) {
      first = build(upstream.settingsWithoutAPort().withAttestations(ALL)).digest();
    }
    try (ASmallUpstream upstream =
        ASmallUpstream.in(Files.createDirectories(directory.resolve("other")), TOOL, BIG)) {
      BuildSettings settings = upstream.settingsWithoutAPort().withAttestations(ALL);

      BuiltImage cold = build(settings);
      BuiltImage warm = build(settings);

      assertThat(cold.digest()).isEqualTo(first);
      assertThat(warm.digest()).isEqualTo(first);
      for (Statement each : statements(cold, upstream).values()) {
        assertThat(new String(each.toJson(), StandardCharsets.UTF_8))
            .doesNotContain(directory.toString(), "127.0.0.1", System.getProperty("user.name"));
      }
    }
  }

  @Test
  void leadEachPackageToItsSignature() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, BIG)) {
      BuiltImage image = build(upstream.settings().withAttestations(ALL));

      ApkOrigin origin =
          ApkOrigin.parse(predicate(AttestationKind.ORIGIN, image, upstream), "origin");
      assertThat(origin.keys()).isEqualTo(ASigningKey.ring(ASmallUpstream.KEY).fingerprints());
      assertThat(origin.packages())
          .extracting(ApkOrigin.Proof::label, ApkOrigin.Proof::stored)
          .containsExactlyInAnyOrder(
              tuple("tool-1.0-r0", ApkOrigin.Stored.REWRITTEN),
              tuple("big-1.0-r0", ApkOrigin.Stored.VERBATIM));
      for (ApkOrigin.Proof each : origin.packages()) {
        PackageHead head = PackageHead.parse(each.head(), each.label());
        assertThat(head.signer(ASigningKey.ring(ASmallUpstream.KEY), each.label()))
            .contains(ASmallUpstream.KEY.name());
        assertThat(image.platforms().get(0).blobs())
            .extracting(Descriptor::digest)
            .contains(each.layer().orElseThrow());
        if (each.stored() == ApkOrigin.Stored.VERBATIM) {
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          file.writeBytes(each.head());
          Files.copy(new BlobStore(upstream.cache()).path(each.layer().orElseThrow()), file);
          assertThat(file.toByteArray()).isEqualTo(BIG.bytes());
        }
      }
    }
  }

  @Test
  void nameTheirInputs() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, BIG)) {
      BuiltImage image = build(upstream.settings().withVersion("7").withAttestations(ALL));

      Provenance provenance =
          Provenance.parse(predicate(AttestationKind.PROVENANCE, image, upstream), "it");
      assertThat(provenance.image()).isEqualTo("small");
      assertThat(provenance.platform()).isEqualTo("linux/amd64");
      assertThat(provenance.version()).isEqualTo("7");
      assertThat(provenance.dependencies())
          .extracting(Provenance.Dependency::name)
          .containsExactlyInAnyOrder("lock", "base", "tool-1.0-r0.apk", "big-1.0-r0.apk");
      assertThat(provenance.dependencies())
          .filteredOn(each -> each.name().startsWith("big"))
          .singleElement()
          .satisfies(
              big -> {
                String data = Digest.sha256(BIG.data()).hex();
                assertThat(big.uri()).isEqualTo("pkg:apk/alpine/big@1.0-r0?arch=x86_64");
                assertThat(big.digest()).isEqualTo(data);
                assertThat(big.annotations())
                    .containsEntry("stored", "verbatim")
                    .containsEntry("layer", "sha256:" + data)
                    .containsEntry("control", "sha1:" + BIG.toPackage().checksum().hex());
              });
    }
  }

  @Test
  void coverThePackagesOfTheirParents() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, BIG)) {
      ImageDefinition parent = ASmallUpstream.image("big");
      ImageDefinition child = ImageDefinition.from(parent, "child").withPackages("tool");
      BuiltImage image =
          new SandboxBuilder(upstream.settings().withAttestations(ALL), Progress.silent())
              .build(List.of(child))
              .get(0);

      assertThat(
              ApkOrigin.parse(predicate(AttestationKind.ORIGIN, image, upstream), "it").packages())
          .extracting(ApkOrigin.Proof::stored)
          .containsExactlyInAnyOrder(ApkOrigin.Stored.VERBATIM, ApkOrigin.Stored.REWRITTEN);
    }
  }

  @Test
  void keepTheirStatementsWhenTheyAreJoined() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.forBothPlatforms(directory, TOOL, BIG)) {
      BuildSettings settings = upstream.settings().withAttestations(ALL);
      BuiltImage both = build(settings.withPlatforms(bothPlatforms()));
      List<BuiltImage> parts = new ArrayList<>();
      for (Platform each : bothPlatforms()) {
        parts.add(build(settings.withPlatforms(List.of(each))));
      }

      assertThat(new SandboxBuilder(settings, Progress.silent()).join(parts).digest())
          .isEqualTo(both.digest());
    }
  }

  @Test
  void areKeptWithTheirStatementsInALayout() throws Exception {
    Path layout = directory.resolve("layout");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, BIG)) {
      SandboxBuilder builder =
          new SandboxBuilder(upstream.settings().withAttestations(ALL), Progress.silent());
      List<BuiltImage> images = builder.build(List.of(ASmallUpstream.image("tool")));
      builder.send(images, Target.of("oci:" + layout));
      // The second image makes the layout remove what no image refers to.
      builder.send(
          builder.build(List.of(ASmallUpstream.image("tool").withName("two"))),
          Target.of("oci:" + layout));

      Descriptor root = new OciLayout(layout).find("small").orElseThrow();
      assertThat(root.digest()).isEqualTo(images.get(0).digest());
      for (Digest each : OciLayout.reachable(new BlobStore(upstream.cache()), root)) {
        assertThat(new OciLayout(layout).blobs().contains(each)).isTrue();
      }
      assertThat(statements(root, new OciLayout(layout).blobs())).hasSize(ALL.size());
    }
  }

  @Test
  void getNewStatementsIfTheCacheHasLostSome() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, BIG)) {
      BuildSettings settings =
          upstream.settings().withLockFile(directory.resolve("lock"), false).withAttestations(ALL);
      BuiltImage before = build(settings);
      BlobStore blobs = new BlobStore(upstream.cache());
      Descriptor manifest = before.platforms().get(0).attestation().orElseThrow();
      for (Descriptor each :
          AttestationManifest.statements(blobs.read(manifest.digest()), "the statements")) {
        Files.delete(blobs.path(each.digest()));
      }

      BuiltImage after = build(settings);

      assertThat(after.digest()).isEqualTo(before.digest());
      assertThat(statements(after, upstream)).hasSize(ALL.size());
    }
  }

  private static BuiltImage build(BuildSettings settings) throws IOException {
    return new SandboxBuilder(settings, Progress.silent())
        .build(List.of(ASmallUpstream.image("tool")))
        .get(0);
  }

  private static ImageIndex index(BuiltImage image, ASmallUpstream upstream) throws IOException {
    return ImageIndex.parse(new BlobStore(upstream.cache()).read(image.digest()), "the index");
  }

  private static byte[] predicate(AttestationKind kind, BuiltImage image, ASmallUpstream upstream)
      throws IOException {
    return Objects.requireNonNull(statements(image, upstream).get(kind)).predicate();
  }

  private static Map<AttestationKind, Statement> statements(
      BuiltImage image, ASmallUpstream upstream) throws IOException {
    return statements(image.index(), new BlobStore(upstream.cache()));
  }

  private static Map<AttestationKind, Statement> statements(Descriptor root, BlobStore blobs)
      throws IOException {
    ImageIndex index = ImageIndex.parse(blobs.read(root.digest()), "the index");
    Digest image = index.images().get(0).digest();
    Descriptor entry = AttestationManifest.entries(index, image).get(0);
    return AttestationManifest.statements(blobs.read(entry.digest()), "the statements").stream()
        .map(each -> parse(each, blobs))
        .peek(each -> assertThat(each.subject()).isEqualTo(image))
        .collect(
            Collectors.toMap(
                each ->
                    Arrays.stream(AttestationKind.values())
                        .filter(kind -> kind.predicateType().equals(each.predicateType()))
                        .findFirst()
                        .orElseThrow(),
                each -> each));
  }

  private static Statement parse(Descriptor statement, BlobStore blobs) {
    try {
      return Statement.parse(blobs.read(statement.digest()), "a statement");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Platform> bothPlatforms() {
    return List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
  }

  private static String noise() {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3 << 20; i++) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return text.toString();
  }
}
