package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.Finding;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.TrustedKeys;
import ai.opencode.sandbox.verify.VerificationReport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Images with the real packages of Alpine and others, signed and not: what their proof of origin
 * claims is what the real apk says of the packages' own files.
 */
@RequiresRealApk
@RequiresSharedData
class RealPackagesOriginIT {

  @TempDir private Path directory;

  /**
   * Packages for one platform.
   *
   * @param files the real packages
   * @param trusted how many of them the keys in the shared data signed
   * @param needed names that they depend on
   */
  private record Packages(Platform platform, List<String> files, int trusted, List<String> needed) {

    List<AnApk> read() throws IOException {
      List<AnApk> read = new ArrayList<>();
      for (String each : files) {
        read.add(AnApk.read(SharedData.path("packages/" + each)));
      }
      return read;
    }
  }

  static Stream<Packages> ofBothPlatforms() {
    return Stream.of(
        new Packages(
            Platform.LINUX_AMD64,
            List.of(
                "curl-7.83.1-r1.apk",
                "hello-0.1.0-r0.apk",
                "melange-signed/x86_64/custom-ca-certs-1-1.0.0-r0.apk",
                "melange-signed/x86_64/pretend-baselayout-1.0.0-r0.apk",
                "melange-signed/x86_64/replayout-1.0.0-r0.apk"),
            4,
            List.of(
                "busybox",
                "ca-certificates",
                "so:libc.musl-x86_64.so.1",
                "so:libcurl.so.4",
                "so:libz.so.1")),
        new Packages(
            Platform.LINUX_AMD64,
            List.of("hello-wolfi-2.12.1-r0.apk"),
            0,
            List.of("so:ld-linux-x86-64.so.2", "so:libc.so.6")),
        new Packages(
            Platform.LINUX_ARM64,
            List.of(
                "alpine-baselayout-3.2.0-r23.apk",
                "busybox-static-1.36.1-r21-aarch64.apk",
                "melange-signed/aarch64/custom-ca-certs-2-1.0.0-r0.apk",
                "replaces/replaces-0.0.1-r0.apk"),
            3,
            List.of("alpine-baselayout-data=3.2.0-r23", "/bin/sh", "so:libc.musl-aarch64.so.1")));
  }

  @ParameterizedTest
  @MethodSource("ofBothPlatforms")
  void aHeadAndItsDataAreTheFileThatWasPublished(Packages packages) throws Exception {
    List<AnApk> real = packages.read();
    try (ASmallUpstream upstream = upstream(packages, real);
        RealApk apk = RealApk.prepare()) {
      BuiltImage image = build(upstream, packages, real);
      BlobStore blobs = new BlobStore(upstream.cache());
      ApkOrigin origin = origin(image.index(), blobs);
      writeKeys(apk.path("trusted"));
      List<String> signed = new ArrayList<>();
      for (AnApk each : real) {
        ApkOrigin.Proof proof = proof(origin, each);
        Files.write(apk.path("p.apk"), each.bytes());
        String said = apk.verify("/trusted", "/p.apk");
        if (said.contains("OK")) {
          signed.add(proof.label());
        }

        // Too small for a layer of its own: the proof says so, and the layer that it shares is no
        // part of its file.
        assertThat(proof.stored()).as(proof.label()).isEqualTo(ApkOrigin.Stored.REWRITTEN);
        write(apk, proof, blobs.path(data(proof)));
        assertThat(Files.readAllBytes(apk.path("p.apk"))).as(proof.label()).isEqualTo(each.bytes());
        write(apk, proof, blobs.path(proof.layer().orElseThrow()));
        assertThat(apk.verify("/trusted", "/p.apk")).as(proof.label()).doesNotContain("OK");
      }
      assertThat(signed).hasSize(packages.trusted());
      VerificationReport report = verify(image.index(), blobs, packages);
      assertThat(Objects.requireNonNull(report.origin()).packages().rewritten())
          .containsExactlyInAnyOrderElementsOf(signed);
      assertThat(report.findings())
          .filteredOn(each -> each.id().startsWith("origin"))
          .extracting(Finding::where)
          .containsExactlyInAnyOrderElementsOf(
              origin.packages().stream()
                  .map(ApkOrigin.Proof::label)
                  .filter(each -> !signed.contains(each))
                  .toList());
    }
  }

  /** As a build would store them if they were larger: the layers lie above all others. */
  @ParameterizedTest
  @MethodSource("ofBothPlatforms")
  void aHeadAndALayerOfItsOwnAreTheFileThatWasPublished(Packages packages) throws Exception {
    List<AnApk> real = packages.read();
    try (ASmallUpstream upstream = upstream(packages, real);
        RealApk apk = RealApk.prepare()) {
      BlobStore blobs = new BlobStore(upstream.cache());
      Descriptor index = withLayersOfTheirOwn(build(upstream, packages, real), real, blobs);
      VerificationReport report = verify(index, blobs, packages);
      List<String> whole = Objects.requireNonNull(report.origin()).packages().whole();

      writeKeys(apk.path("trusted"));
      for (ApkOrigin.Proof each : origin(index, blobs).packages()) {
        if (each.stored() == ApkOrigin.Stored.VERBATIM) {
          write(apk, each, blobs.path(each.layer().orElseThrow()));
          assertThat(apk.verify("/trusted", "/p.apk").contains("OK"))
              .as(each.label())
              .isEqualTo(whole.contains(each.label()));
        }
      }
      assertThat(whole).hasSize(packages.trusted());
      assertThat(report.findings()).noneMatch(each -> each.id().equals("origin"));
    }
  }

  private static Descriptor withLayersOfTheirOwn(
      BuiltImage image, List<AnApk> real, BlobStore blobs) throws IOException {
    Descriptor before = image.platforms().get(0).manifest();
    Manifest manifest = Manifest.parse(blobs.read(before.digest()), "it");
    ImageConfig config = ImageConfig.parse(blobs.read(manifest.config().digest()), "it");
    List<Descriptor> layers = new ArrayList<>(manifest.layers());
    List<ApkOrigin.Proof> proofs = new ArrayList<>();
    ApkOrigin origin = origin(image.index(), blobs);
    for (ApkOrigin.Proof each : origin.packages()) {
      if (real.stream().noneMatch(apk -> apk.name().equals(each.name()))) {
        proofs.add(each);
        continue;
      }
      Digest data = data(each);
      Descriptor layer = Descriptor.of(MediaType.LAYER_GZIP, data, Files.size(blobs.path(data)));
      config = config.withLayer(BuiltRoot.diffId(layer, blobs), each.label(), "");
      layers.add(layer);
      proofs.add(
          new ApkOrigin.Proof(
              each.name(),
              each.version(),
              each.architecture(),
              ApkOrigin.Stored.VERBATIM,
              Optional.of(data),
              each.head()));
    }
    Descriptor after =
        blobs.put(
            MediaType.MANIFEST,
            new Manifest(
                    blobs.put(MediaType.CONFIG, config.toJson()), layers, manifest.annotations())
                .toJson());
    Statement statement =
        Statement.of(
            AttestationKind.ORIGIN,
            after.digest(),
            new ApkOrigin(proofs, origin.keys(), origin.base()).toJson());
    return blobs.put(
        MediaType.INDEX,
        new ImageIndex(
                List.of(
                    after.withPlatform(config.platform()),
                    AttestationManifest.write(after.digest(), List.of(statement), blobs)),
                Map.of())
            .toJson());
  }

  private ASmallUpstream upstream(Packages packages, List<AnApk> real) throws IOException {
    List<AnApk> all = new ArrayList<>(real);
    all.add(
        AnApk.named("needed")
            .provides(packages.needed().toArray(String[]::new))
            .signed(ASmallUpstream.KEY));
    return ASmallUpstream.forBothPlatforms(directory, all.toArray(AnApk[]::new));
  }

  private static BuiltImage build(ASmallUpstream upstream, Packages packages, List<AnApk> real)
      throws IOException {
    BuildSettings settings =
        upstream
            .settings()
            .withPlatforms(List.of(packages.platform()))
            .withAttestations(EnumSet.allOf(AttestationKind.class));
    List<String> names = new ArrayList<>(List.of("needed"));
    real.forEach(each -> names.add(each.name()));
    return new SandboxBuilder(settings, Progress.silent())
        .build(List.of(ASmallUpstream.image(names.toArray(String[]::new))))
        .get(0);
  }

  private static ApkOrigin origin(Descriptor root, BlobStore blobs) throws IOException {
    ImageIndex index = ImageIndex.parse(blobs.read(root.digest()), "it");
    Descriptor entry = AttestationManifest.entries(index).get(0);
    for (Descriptor each : AttestationManifest.statements(blobs.read(entry.digest()), "it")) {
      Statement statement = Statement.parse(blobs.read(each.digest()), "a statement");
      if (statement.predicateType().equals(AttestationKind.ORIGIN.predicateType())) {
        return ApkOrigin.parse(statement.predicate(), "the origin");
      }
    }
    throw new AssertionError("no proof of origin");
  }

  private static ApkOrigin.Proof proof(ApkOrigin origin, AnApk apk) {
    return origin.packages().stream()
        .filter(each -> each.name().equals(apk.name()))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the digest of the data segment that a package's signed words name. */
  private static Digest data(ApkOrigin.Proof proof) throws IOException {
    PackageHead head = PackageHead.parse(proof.head(), proof.label());
    return new Digest(head.control().info().dataHash().orElseThrow());
  }

  private static void write(RealApk apk, ApkOrigin.Proof proof, Path data) throws IOException {
    try (OutputStream file = Files.newOutputStream(apk.path("p.apk"))) {
      file.write(proof.head());
      Files.copy(data, file);
    }
  }

  private static void writeKeys(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> all = Files.list(SharedData.path("keys/alpine"))) {
      for (Path each : (Iterable<Path>) all::iterator) {
        Files.copy(each, directory.resolve(each.getFileName().toString()));
      }
    }
    Files.copy(
        SharedData.path("packages/melange-signed/melange.rsa.pub"),
        directory.resolve("melange.rsa.pub"));
  }

  private VerificationReport verify(Descriptor index, BlobStore blobs, Packages packages)
      throws IOException {
    Path layout = directory.resolve("layout");
    new OciLayout(layout).put(blobs, Map.of("small", index));
    Path keys = directory.resolve("keys");
    writeKeys(keys);
    return new ImageVerifier(RegistryAccess.standard())
        .withOrigin(TrustedKeys.in(keys))
        .verify(
            new ImageSource.OciDirectory(layout, "small"), packages.platform(), Contract.of("any"));
  }
}
