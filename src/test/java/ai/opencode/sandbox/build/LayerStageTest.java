package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.InstalledPackages;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LayerStageTest {

  private static final AnApk TOOL =
      AnApk.named("tool").depends("library").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");
  private static final AnApk OTHER =
      AnApk.named("other").depends("library").withFile("usr/bin/other", 0755, "#!other");
  private static final AnApk DAEMON =
      AnApk.named("daemon")
          .withFile("usr/bin/daemon", 0755, "#!daemon")
          .script("post-install", "#!/bin/sh\nadduser -S daemon\n");
  private static final AnApk CERTIFICATES =
      AnApk.named("ca-certificates")
          .withFile("etc/ca-certificates.conf", 0644, "# none\n")
          .withFile("etc/ca-certificates/update.d/certhash", 0755, "#!/bin/sh\n")
          .withFile("etc/ssl/certs/ca-certificates.crt", 0644, "finished\n")
          .script("trigger", "#!/bin/sh\n/usr/sbin/update-ca-certificates\n")
          .triggers("/usr/local/share/ca-certificates /etc/ca-certificates/update.d");
  private static final String CERTIFICATE =
      "/ai/opencode/sandbox/install/scripts/certificates/corp.pem";
  private static final ANpmTarball PAD = ANpmTarball.named("pad").withFile("index.js", "pad");
  private static final ImageDefinition PARENT =
      ASmallUpstream.image("tool").withFile(new StaticFile("/etc/tool.conf", 0644, "conf"));
  private static final ImageDefinition CHILD =
      ImageDefinition.from(PARENT, "child").withPackages("other");

  @TempDir private Path folder;
  private AWorkshop workshop;

  @BeforeEach
  void open() {
    workshop = AWorkshop.in(folder, TOOL, LIBRARY, OTHER, DAEMON, CERTIFICATES);
    workshop.origin.with(PAD);
  }

  @AfterEach
  void close() {
    workshop.close();
  }

  @Nested
  class OnTheBase {

    @Test
    void installsPackagesWithWhatTheyNeed() throws Exception {
      LayeredImage image = layered(PARENT);

      assertThat(labels(image)).containsExactly("library-1.0-r0", "tool-1.0-r0");
      assertThat(image.root().view().get("usr/bin/tool")).isNotNull();
      assertThat(image.root().database().installed().find(new PackageId("library"))).isPresent();
      assertThat(image.root().layers()).hasSize(1);
      assertThat(image.npmLayers()).isEmpty();
      assertThat(image.files().view().text("etc/tool.conf")).contains("conf");
      assertThat(workshop.log.lines())
          .contains(
              "step resolve: small",
              "done resolve: small: 2 packages",
              "step layer: small",
              "done layer: small: 1 layer: 0 packages unchanged, 0 reused, 1 made (0.0 MB)");
    }

    @Test
    void makesTheLayersOnce() throws Exception {
      LayerStage stage = workshop.layers(workshop.plan(PARENT));
      PlannedImage planned = workshop.planned(PARENT);

      assertThat(stage.layered(planned)).isSameAs(stage.layered(planned));
      assertThat(workshop.log.lines("step layer: small")).hasSize(1);
    }

    @Test
    void takesAwayWhatNothingNeeds() throws Exception {
      workshop.baseFiles.put("lib/apk/db/installed", record(AnApk.named("old")));

      LayeredImage image = layered(PARENT);

      assertThat(image.fetched().resolved().removed()).containsExactly(new PackageId("old"));
      assertThat(image.root().database().installed().find(new PackageId("old"))).isEmpty();
    }

    @Test
    void keepsWhatTheBaseAsksFor() throws Exception {
      workshop.baseFiles.put("lib/apk/db/installed", record(LIBRARY));
      workshop.baseFiles.put("etc/apk/world", "library\n");

      assertThat(labels(layered(PARENT))).containsExactly("tool-1.0-r0");
    }

    @Test
    void keepsWhatOnlyTheBaseAsksFor() throws Exception {
      workshop.baseFiles.put("lib/apk/db/installed", record(AnApk.named("old")));
      workshop.baseFiles.put("etc/apk/world", "old\n");

      assertThat(layered(PARENT).fetched().resolved().removed()).isEmpty();
    }

    @Test
    void packsNpmPackagesOnTop() throws Exception {
      LayeredImage image = layered(PARENT.withNpm(AnNpmProject.of(PAD).build()));

      assertThat(image.npmLayers())
          .extracting(StagedLayer::createdBy)
          .containsExactly("npm pad@1.0.0");
      assertThat(workshop.log.lines("done layer: small: 2 layers: ")).hasSize(1);
    }

    @Test
    void refusesWhatNoPackageSatisfies() {
      assertThatThrownBy(() -> layered(ASmallUpstream.image("nothing")))
          .isInstanceOf(ResolutionException.class);
    }
  }

  @Nested
  class OnAParent {

    @Test
    void addsToWhatTheParentHas() throws Exception {
      LayeredImage image = layered(CHILD);

      assertThat(labels(image)).containsExactly("other-1.0-r0");
      assertThat(image.root().database().installed().packages())
          .extracting(each -> each.pkg().name())
          .containsExactlyInAnyOrder("library", "other", "tool");
      assertThat(image.root().view().get("usr/bin/tool")).isNotNull();
      assertThat(image.root().view().text("etc/tool.conf")).contains("conf");
      assertThat(image.root().layers()).hasSize(1);
    }

    @Test
    void requestsWhatBaseAndParentRequestToo() throws Exception {
      workshop.baseFiles.put("lib/apk/db/installed", record(LIBRARY));
      workshop.baseFiles.put("etc/apk/world", "library\n");

      LayeredImage image = layered(CHILD);

      assertThat(image.database().world().toText()).isEqualTo("library\nother\ntool\n");
      assertThat(image.files().view().text("etc/apk/world")).contains("library\nother\ntool\n");
      assertThat(image.database().installed()).isSameAs(image.root().database().installed());
    }

    @Test
    void resolvesEachImageOnce() throws Exception {
      LayerStage stage = workshop.layers(workshop.plan(PARENT, CHILD));

      stage.layered(workshop.planned(CHILD));
      stage.layered(workshop.planned(PARENT));

      assertThat(workshop.log.lines("step resolve: small")).hasSize(1);
      assertThat(workshop.log.lines("step resolve: child")).hasSize(1);
      assertThat(workshop.origin.opened("index")).hasSize(1);
    }

    @Test
    void usesWhatWasResolvedAhead() throws Exception {
      PlannedImage child = workshop.planned(CHILD);
      ResolvedImage nothing = new ResolvedImage.Locked(List.of(), List.of());
      workshop.prefetch.resolved(child, () -> nothing);

      LayeredImage image = workshop.layers(workshop.plan(PARENT, CHILD)).layered(child);

      assertThat(image.fetched().resolved()).isSameAs(nothing);
      assertThat(labels(image)).isEmpty();
    }

    @Test
    void resolvesAgainstTheParentsResolution() throws Exception {
      InstalledSet installed =
          new InstalledSet(new InstalledPackages(List.of(OTHER.toPackage())), World.parse("tool"));
      workshop.prefetch.resolved(
          workshop.planned(PARENT),
          () -> new ResolvedImage.Solved(List.of(), List.of(), installed));

      LayeredImage image = layered(CHILD);

      assertThat(labels(image)).containsExactly("library-1.0-r0", "tool-1.0-r0");
    }

    @Test
    void resolvesAgainstTheFilesOfALockedParent() throws Exception {
      workshop.using(lock("small", null, locked(LIBRARY), locked(TOOL)));

      LayeredImage image = layered(CHILD);

      assertThat(labels(image)).containsExactly("other-1.0-r0");
      assertThat(workshop.log.lines("step resolve: small")).isEmpty();
      assertThat(workshop.log.lines("step resolve: child")).hasSize(1);
    }
  }

  @Nested
  class FromALock {

    @Test
    void installsWhatItNamesAndReadsNoIndex() throws Exception {
      workshop.strictly(lock("small", null, locked(LIBRARY), locked(TOOL)));

      LayeredImage image = layered(PARENT);

      assertThat(labels(image)).containsExactly("library-1.0-r0", "tool-1.0-r0");
      assertThat(image.fetched().packages())
          .allSatisfy(
              each -> assertThat(each.resolved()).isInstanceOf(ResolvedPackage.Named.class));
      assertThat(workshop.origin.opened("index")).isEmpty();
      assertThat(workshop.log.lines("step resolve")).isEmpty();
      assertThat(workshop.log.lines("done resolve")).isEmpty();
    }

    @Test
    void refusesAKeyThatItDoesNotKnow() throws Exception {
      workshop.using(lock("small", Digest.sha256("other"), locked(LIBRARY), locked(TOOL)));

      assertThatThrownBy(() -> layered(PARENT))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("registry.example/alpine trusts the key test.rsa.pub");
      assertThat(workshop.origin.opened("apk")).isEmpty();
    }

    @Test
    void tellsWhichOfItsBuildsAnUpdateCannotKeep() throws Exception {
      AnApk former = LIBRARY.version("0.9-r0");
      LockFile lock = lock("small", null, locked(former), locked(TOOL));
      workshop.mode = new LockMode.Update(lock, Set.of("tool"));

      assertThat(labels(layered(PARENT))).containsExactly("library-1.0-r0", "tool-1.0-r0");
      assertThat(workshop.log.lines())
          .contains(
              "warn small for linux/amd64: the repositories no longer have these builds of the"
                  + " lock: library-0.9-r0. Other builds replace them.");
    }

    @Test
    void refusesAnImageThatItMustNameAndDoesNot() {
      workshop.strictly(LockFile.empty(UpstreamKind.MIRROR));

      assertThatThrownBy(() -> layered(PARENT))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("has no small for linux/amd64");
    }
  }

  @Nested
  class Ahead {

    @Test
    void fetchesWhatDescendantsNeedMeanwhile() throws Exception {
      ImageDefinition grandchild =
          ImageDefinition.from(CHILD, "grandchild")
              .withPackages("daemon")
              .withNpm(AnNpmProject.of(PAD).build());
      // The first image is not through before all of it is on its way.
      workshop
          .origin
          .holding("apk: library-1.0-r0", "apk: daemon-1.0-r0")
          .holding("apk: daemon-1.0-r0", "apk: other-1.0-r0")
          .holding("apk: tool-1.0-r0", "tarball: pad@1.0.0");

      LayeredImage image =
          workshop
              .layers(workshop.plan(PARENT, CHILD, grandchild))
              .layered(workshop.planned(PARENT));

      assertThat(labels(image)).hasSize(2);
      assertThat(workshop.log.lines("step resolve: child")).isEmpty();
    }

    @Test
    void packsWhatDescendantsNeedOfNpm() throws Exception {
      ImageDefinition child = CHILD.withNpm(AnNpmProject.of(PAD).build());

      workshop.layers(workshop.plan(PARENT, child)).layered(workshop.planned(PARENT));

      // A layer of packages, and one of npm packages that is not requested yet.
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (madeLayers() < 2 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(madeLayers()).isEqualTo(2);
    }

    private long madeLayers() throws IOException {
      try (Stream<Path> records = Files.list(workshop.cache.directory().resolve("layers"))) {
        return records.count();
      }
    }

    @Test
    void fetchesNothingTwice() throws Exception {
      LayerStage stage = workshop.layers(workshop.plan(PARENT, CHILD));

      stage.layered(workshop.planned(CHILD));

      assertThat(workshop.origin.opened("apk")).doesNotHaveDuplicates().hasSize(3);
    }

    @Test
    void makesTheLayersOfChildren() throws Exception {
      LayerStage stage = workshop.layers(workshop.plan(PARENT, CHILD));
      stage.layered(workshop.planned(PARENT));
      assertThat(workshop.log.lines("step layer: child")).isEmpty();

      stage.beginChildrenOf(workshop.planned(PARENT));
      workshop.log.await("done layer: child");

      stage.layered(workshop.planned(CHILD));
      assertThat(workshop.log.lines("done layer: child")).hasSize(1);
    }

    @Test
    void dropsTheFailureOfADescendant() throws Exception {
      ImageDefinition impossible = ImageDefinition.from(PARENT, "bad").withPackages("nothing");
      LayerStage stage = workshop.layers(workshop.plan(PARENT, impossible));

      assertThat(labels(stage.layered(workshop.planned(PARENT)))).hasSize(2);
      stage.beginChildrenOf(workshop.planned(PARENT));
      workshop.log.await("step resolve: bad");
    }
  }

  @Test
  void showsItsFilesToScripts() throws Exception {
    String local = "/usr/local/share/ca-certificates/corp.crt";
    String certificate;
    try (InputStream in = AnApk.class.getResourceAsStream(CERTIFICATE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      certificate = text.substring(text.indexOf("-----BEGIN"));
    }

    LayeredImage image =
        layered(
            ASmallUpstream.image("ca-certificates")
                .withFile(new StaticFile(local, 0644, certificate)));

    assertThat(image.root().view().get("etc/ssl/certs/ca-cert-corp.pem")).isNotNull();
  }

  @Nested
  class UnknownScripts {

    @Test
    void areWarnedOf() throws Exception {
      layered(ASmallUpstream.image("daemon"));

      assertThat(workshop.log.lines("warn "))
          .singleElement()
          .asString()
          .startsWith("warn daemon-1.0-r0 would run post-install: `adduser -S daemon`")
          .endsWith(", but scripts are not run. Check whether its effect is missing.");
    }

    @Test
    void areRefusedWhereScriptsAreStrict() {
      workshop.strictScripts = true;

      assertThatThrownBy(() -> layered(ASmallUpstream.image("daemon")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("daemon-1.0-r0 would run post-install: `adduser -S daemon`")
          .hasMessageContaining("--strict-scripts");
    }

    @Test
    void areNotFoundInPackagesWithout() throws Exception {
      workshop.strictScripts = true;

      assertThat(labels(layered(PARENT))).hasSize(2);
      assertThat(workshop.log.lines("warn ")).isEmpty();
    }
  }

  private LayeredImage layered(ImageDefinition definition) throws Exception {
    return workshop.layers(workshop.plan(definition)).layered(workshop.planned(definition));
  }

  private static List<String> labels(LayeredImage image) {
    return image.fetched().apks().stream().map(each -> each.pkg().label()).toList();
  }

  private static String record(AnApk apk) {
    InstalledPackage installed = new InstalledPackage(apk.toPackage(), List.of());
    return new InstalledDatabase(List.of(installed)).toText();
  }

  private LockedPackage locked(AnApk apk) {
    return workshop.locked(apk, null);
  }

  private LockFile lock(String name, @Nullable Digest key, LockedPackage... packages)
      throws Exception {
    TreeMap<String, Digest> keys = new TreeMap<>(workshop.inputs().keyFingerprints());
    if (key != null) {
      keys.replaceAll((file, known) -> key);
    }
    LockedImage image =
        new LockedImage(
            new LockedBase(
                Objects.requireNonNull(workshop.inputs().base().reference()),
                workshop.inputs().base().manifest(),
                keys,
                BasePackages.UPGRADE),
            Dependency.listOf("tool"),
            Stream.of(packages).toList(),
            List.of(),
            null,
            null);
    return LockFile.empty(UpstreamKind.MIRROR).with(name, Platform.LINUX_AMD64, image);
  }
}
