package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Provenance.Dependency;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.image.ImageSizes;
import ai.opencode.sandbox.image.ImageSoftware;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The inputs and packages that statements about an image name. */
class ImageProvenanceTest {

  private static final AnApk MUSL = AnApk.named("musl").architecture("x86_64");
  private static final AnApk LIBRARY = AnApk.named("library").architecture("x86_64");
  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool");
  private static final AnApk EMPTY = AnApk.named("empty");
  private static final Digest MERGED = Digest.sha256("merged layer");
  private static final Digest OF_BASE = Digest.sha256("layer of the base");
  private static final Digest NPM_LAYER = Digest.sha256("npm layer");
  private static final Integrity SHA512 =
      Integrity.of("sha512-" + Base64.getEncoder().encodeToString(new byte[64]));

  private final LockedPackage library = ALock.locked(LIBRARY);
  private final LockedPackage tool = ALock.locked(TOOL);
  private final ImageContents parent =
      contents(List.of(library), List.of(), null, Optional.empty());
  private final ImageContents contents =
      contents(
          List.of(tool, ALock.locked(EMPTY)),
          List.of(new PackageId("old")),
          Digest.sha256("npm lock"),
          Optional.of(parent));
  private final ImageSoftware software =
      new ImageSoftware(
          List.of(
              new InLayers<>(facts(MUSL), List.of(OF_BASE)),
              new InLayers<>(facts(LIBRARY), List.of(MERGED)),
              new InLayers<>(facts(TOOL), List.of(tool.data().hash())),
              new InLayers<>(facts(EMPTY), List.of())),
          List.of(
              npm("usr/lib/node_modules/pad", "pad", Optional.of(SHA512), List.of(NPM_LAYER)),
              npm("usr/lib/node_modules/pad/node_modules/in", "in", Optional.empty(), List.of()),
              npm("usr/lib/node_modules/bare", "bare", Optional.of(SHA512), List.of())));

  @Nested
  class OfDependencies {

    private final Provenance provenance =
        ImageProvenance.of(subject(), AttestedPackages.of(subject()), base());

    @Test
    void nameTheImage() {
      assertThat(provenance.image()).isEqualTo("small");
      assertThat(provenance.platform()).isEqualTo("linux/amd64");
      assertThat(provenance.version()).isEqualTo("1.2");
      assertThat(provenance.tool()).isEqualTo(Project.version());
    }

    @Test
    void areInAFixedOrder() {
      assertThat(provenance.dependencies())
          .extracting(Dependency::name)
          .containsExactly(
              "lock",
              "base",
              "library-1.0-r0.apk",
              "tool-1.0-r0.apk",
              "empty-1.0-r0.apk",
              "pad@1.0.0",
              "bare@1.0.0");
    }

    @Test
    void theBaseHasTheNamesOfItsPackages() {
      assertThat(dependency("base"))
          .isEqualTo(
              new Dependency(
                  "base",
                  ImageProvenance.url(base(), Platform.LINUX_AMD64),
                  "sha256",
                  ALock.BASE_MANIFEST.hex(),
                  annotations(Map.of("packages", "musl-1.0-r0"))));
    }

    @Test
    void aPackageStoredVerbatim() {
      assertThat(dependency("tool-1.0-r0.apk"))
          .isEqualTo(
              new Dependency(
                  "tool-1.0-r0.apk",
                  "pkg:apk/alpine/tool@1.0-r0?arch=noarch",
                  "sha256",
                  tool.data().hash().hex(),
                  annotations(
                      Map.of(
                          "control",
                          "sha1:" + tool.checksum().hex(),
                          "stored",
                          "verbatim",
                          "layer",
                          tool.data().hash().toString()))));
    }

    @Test
    void aMergedPackageAndOneWithoutFiles() {
      assertThat(dependency("library-1.0-r0.apk").annotations())
          .containsEntry("stored", "rewritten")
          .containsEntry("layer", MERGED.toString());
      assertThat(dependency("library-1.0-r0.apk").uri())
          .isEqualTo("pkg:apk/alpine/library@1.0-r0?arch=x86_64");
      assertThat(dependency("empty-1.0-r0.apk").annotations())
          .containsEntry("stored", "rewritten")
          .doesNotContainKey("layer");
    }

    @Test
    void anNpmPackage() {
      assertThat(dependency("pad@1.0.0"))
          .isEqualTo(
              new Dependency(
                  "pad@1.0.0",
                  "pkg:npm/pad@1.0.0",
                  "sha512",
                  "00".repeat(64),
                  annotations(
                      Map.of("path", "usr/lib/node_modules/pad", "layer", NPM_LAYER.toString()))));
      assertThat(dependency("bare@1.0.0").annotations()).containsOnlyKeys("path");
    }

    @Test
    void theLockIsTheDigestOfAllItsPackages() {
      String expected =
          "base "
              + ALock.BASE_MANIFEST
              + "\n"
              + line(library)
              + line(tool)
              + line(ALock.locked(EMPTY))
              + "removed old\nnpm "
              + Digest.sha256("npm lock")
              + "\n";

      assertThat(dependency("lock"))
          .isEqualTo(
              new Dependency(
                  "lock", "", "sha256", Digest.sha256(expected).hex(), annotations(Map.of())));
    }

    private Dependency dependency(String name) {
      return provenance.dependencies().stream()
          .filter(each -> each.name().equals(name))
          .findFirst()
          .orElseThrow();
    }

    private static String line(LockedPackage apk) {
      return "apk "
          + apk.name()
          + " "
          + apk.version()
          + " "
          + apk.checksum()
          + " "
          + apk.data().hash()
          + " "
          + apk.data().diffId()
          + "\n";
    }

    private static SortedMap<String, String> annotations(Map<String, String> map) {
      return new TreeMap<>(map);
    }
  }

  @Test
  void theAddressOfTheBaseIsItsNameAndIndex() {
    assertThat(ImageProvenance.url(base(), Platform.LINUX_ARM64))
        .startsWith("pkg:oci/alpine@sha256")
        .contains(ALock.BASE_ROOT.hex())
        .endsWith("?arch=arm64");
    assertThat(ImageProvenance.url(base(null), Platform.LINUX_ARM64)).isEmpty();
  }

  @Nested
  class OfPackages {

    private final AttestedPackages attested = AttestedPackages.of(subject());

    @Test
    void areInTheDatabasesOrderWithTheirEntries() {
      assertThat(attested.packages())
          .extracting(each -> each.facts().name())
          .containsExactly("musl", "library", "tool", "empty");
      assertThat(attested.locked()).containsExactly(library, tool, ALock.locked(EMPTY));
    }

    @Test
    void tellHowTheImageHasThem() {
      assertThat(attested.packages())
          .extracting(AttestedPackages.Attested::stored)
          .containsExactly(
              ApkOrigin.Stored.BASE,
              ApkOrigin.Stored.REWRITTEN,
              ApkOrigin.Stored.VERBATIM,
              ApkOrigin.Stored.REWRITTEN);
      assertThat(attested.packages())
          .extracting(AttestedPackages.Attested::layer)
          .containsExactly(
              Optional.empty(),
              Optional.of(MERGED),
              Optional.of(tool.data().hash()),
              Optional.empty());
    }

    @Test
    void aBuildsParentsComeFirst() {
      assertThat(AttestedPackages.lineage(contents)).containsExactly(parent, contents);
      assertThat(AttestedPackages.lineage(parent)).containsExactly(parent);
    }

    @Test
    void haveTheHeadsOfTheirFiles(@TempDir Path folder) throws Exception {
      AnApk signed = TOOL.signed(ASmallUpstream.KEY);
      try (AWorkshop workshop = AWorkshop.in(folder, signed);
          PackageFetcher fetcher = new PackageFetcher(workshop.cache, workshop.origin)) {
        LockedPackage locked = workshop.locked(signed, null);
        AttestedPackages some =
            new AttestedPackages(
                List.of(
                    new AttestedPackages.Attested(facts(MUSL), List.of(OF_BASE), Optional.empty()),
                    new AttestedPackages.Attested(
                        facts(signed), List.of(MERGED), Optional.of(locked))));

        ApkOrigin origin =
            some.origin(
                some.heads(fetcher, Platform.LINUX_AMD64),
                new TreeMap<>(Map.of("a.pub", Digest.sha256("key"))),
                new OriginBase(new byte[0], new byte[] {1}));

        assertThat(origin.keys()).containsExactly(Map.entry("a.pub", Digest.sha256("key")));
        assertThat(origin.packages())
            .extracting(ApkOrigin.Proof::label)
            .containsExactly("musl-1.0-r0", "tool-1.0-r0");
        assertThat(origin.packages().get(0).head()).isEmpty();
        assertThat(origin.packages().get(0).layer()).isEmpty();
        assertThat(origin.packages().get(1).layer()).contains(MERGED);
        assertThat(origin.packages().get(1).stored()).isEqualTo(ApkOrigin.Stored.REWRITTEN);
        assertThat(origin.packages().get(1).architecture()).isEqualTo("noarch");
        byte[] file = signed.bytes();
        byte[] head = origin.packages().get(1).head();
        assertThat(head).isEqualTo(Arrays.copyOf(file, file.length - signed.data().length));
      }
    }

    @Test
    void doNotChange() {
      List<AttestedPackages.Attested> some = new ArrayList<>(attested.packages());
      AttestedPackages kept = new AttestedPackages(some);
      some.clear();

      assertThat(kept.packages()).hasSize(4);
    }
  }

  private AttestationStage.Subject subject() {
    PlannedImage planned =
        BuildPlan.of(List.of(ASmallUpstream.image("tool")), List.of(Platform.LINUX_AMD64))
            .on(Platform.LINUX_AMD64)
            .get(0);
    Descriptor manifest = Descriptor.of(MediaType.MANIFEST, Digest.sha256("manifest"), 1);
    FinishedImage image =
        new FinishedImage(
            manifest,
            Digest.sha256("versionless"),
            List.of(),
            Map.of(),
            new ImageSizes(1, 1, 0),
            software);
    return new AttestationStage.Subject(planned, "1.2", image, contents, List.of());
  }

  private static FetchedBase base() {
    return base(ALock.BASE.withDigest(ALock.BASE_ROOT));
  }

  private static FetchedBase base(@Nullable Reference reference) {
    return new FetchedBase(
        "registry.example/alpine",
        reference,
        ALock.BASE_ROOT,
        ALock.BASE_MANIFEST,
        List.of(),
        ImageConfig.scratch(Platform.LINUX_AMD64));
  }

  private static ImageContents contents(
      List<LockedPackage> packages,
      List<PackageId> removed,
      @Nullable Digest npmLock,
      Optional<ImageContents> parent) {
    return new ImageContents(
        new LockedImage(null, Collections.emptyList(), packages, removed, npmLock, null),
        ImageContents.Proof.LOCK,
        Optional.empty(),
        parent);
  }

  private static ApkFacts facts(AnApk apk) {
    return apk.toPackage().facts();
  }

  private static InLayers<NpmFacts> npm(
      String path, String name, Optional<Integrity> integrity, List<Digest> layers) {
    return new InLayers<>(new NpmFacts(path, name, "1.0.0", integrity, Optional.empty()), layers);
  }
}
