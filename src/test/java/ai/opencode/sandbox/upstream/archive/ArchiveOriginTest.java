package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The origin that an archive of inputs states, which is not trusted without confirmation. */
@Execution(ExecutionMode.CONCURRENT)
class ArchiveOriginTest {

  private static final String UPSTREAM = "ai.opencode.sandbox.upstream";
  private static final String BASE_NAME = "org.opencontainers.image.base.name";
  private static final String OFFICIAL_BASE = "docker.io/library/alpine:3.24";
  private static final String OFFICIAL_DIGEST =
      "sha256:5b02b42e375f7426f8d65c3af331ca05d9878f9989230354504e0b9dfd431f60";
  private static final String OFFICIAL_REPOSITORY =
      "https://dl-cdn.alpinelinux.org/alpine/v3.24/main";
  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool").signed(ASmallUpstream.KEY);
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");

  @TempDir private Path directory;
  private final List<String> warnings = new ArrayList<>();
  private ASmallUpstream upstream;
  private BuiltImage original;

  @BeforeEach
  void archive() throws Exception {
    upstream = ASmallUpstream.in(directory.resolve("upstream"), TOOL);
    BuildSettings online = upstream.settings().withLockFile(lockFile(), false);
    original = build(online);
    new SandboxBuilder(online, Progress.silent())
        .archive(List.of(IMAGE), new ArchivePlace.Directory(archiveFolder()));
    warnings.clear();
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void labelsArchiveAndWarnsIfTheOriginIsUnconfirmed() throws Exception {
    BuiltImage image = build(fromArchive());

    assertThat(image.upstream()).isEqualTo(UpstreamKind.ARCHIVE);
    assertThat(image.publishable()).isFalse();
    assertThat(labels(image))
        .containsEntry(UPSTREAM, "archive")
        .containsEntry(BASE_NAME, "archive");
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("labelled \"archive\"", "--lock", "--accept-archive-lock");
  }

  @Test
  void theUsersLockGivesItsImage() throws Exception {
    for (boolean locked : List.of(true, false)) {
      BuiltImage image = build(fromArchive().withLockFile(lockFile(), locked));
      assertThat(image.index().digest()).isEqualTo(original.index().digest());
      assertThat(image.publishable()).isTrue();
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void theAcceptedArchiveLockGivesItsImage() throws Exception {
    BuiltImage image = build(fromArchive().withAcceptArchiveLock(true));

    assertThat(image.index().digest()).isEqualTo(original.index().digest());
    assertThat(image.publishable()).isTrue();
    assertThat(warnings).isEmpty();
  }

  @Test
  void aLockWrittenFromSuchAnArchiveConfirmsNothing() throws Exception {
    Path written = directory.resolve("written.lock.json");
    BuiltImage first = build(fromArchive().withLockFile(written, false));
    assertThat(LockFile.read(written))
        .get()
        .extracting(LockFile::upstream)
        .isEqualTo(UpstreamKind.ARCHIVE);
    warnings.clear();

    BuiltImage second = build(fromArchive().withLockFile(written, true));
    BuiltImage accepted =
        build(fromArchive().withLockFile(written, true).withAcceptArchiveLock(true));

    assertThat(second.index().digest()).isEqualTo(first.index().digest());
    assertThat(second.publishable()).isFalse();
    assertThat(accepted.publishable()).isFalse();
    assertThat(warnings).hasSize(2).allMatch(each -> each.contains("delete this one"));
    assertThatThrownBy(() -> build(upstream.settings().withLockFile(written, true)))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("is for the upstream archive");
  }

  @Test
  void aLockThatIsMadeFromSuchAnArchiveSaysSo() throws Exception {
    assertThat(builder(fromArchive()).relock(List.of(IMAGE)).upstream())
        .isEqualTo(UpstreamKind.ARCHIVE);
  }

  @Test
  void anArchiveThatNamesItselfOfficialIsNotTrusted() throws Exception {
    String base = String.valueOf(upstream.settings().inputs().base());
    String digest = base.substring(base.indexOf('@'));
    String repository = upstream.repository().toString();
    String mirror = "\"upstream\" : \"mirror\"";
    String official = "\"upstream\" : \"official\"";
    List<Map<String, String>> forgeries =
        List.of(
            Map.of(mirror, official),
            Map.of(mirror, official, base, OFFICIAL_BASE + digest),
            Map.of(
                mirror, official, base, OFFICIAL_BASE + digest, repository, OFFICIAL_REPOSITORY));
    for (Map<String, String> forgery : forgeries) {
      forge(forgery);
      BuiltImage image = build(fromArchive());
      assertThat(image.publishable()).isFalse();
      assertThat(labels(image))
          .containsEntry(UPSTREAM, "archive")
          .containsEntry(BASE_NAME, "archive");
      unforge();
    }
    assertThat(warnings).hasSize(forgeries.size());
  }

  @Test
  void theOfficialBasesDigestAloneProvesNoPackage() throws Exception {
    String base = String.valueOf(upstream.settings().inputs().base());
    forge(
        Map.of(
            "\"upstream\" : \"mirror\"",
            "\"upstream\" : \"official\"",
            base,
            OFFICIAL_BASE + "@" + OFFICIAL_DIGEST,
            upstream.repository().toString(),
            OFFICIAL_REPOSITORY));

    // The build fails later because the base is missing; the archive was not trusted as official.
    assertThatThrownBy(() -> build(fromArchive())).isInstanceOf(SandboxException.class);
    assertThat(warnings).singleElement().asString().contains("labelled \"archive\"");
  }

  @Test
  void refusesUnknownKindsOfUpstream() throws Exception {
    for (String word : List.of("stand-in", "Official", "official ", "offici\u0430l", "x")) {
      forge(Map.of("\"upstream\" : \"mirror\"", "\"upstream\" : \"" + word + "\""));
      assertThatThrownBy(() -> build(fromArchive().withAcceptArchiveLock(true)))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("/upstream is none of official, mirror, archive");
      unforge();
    }
  }

  @Test
  void refusesAUsersLockThatNamesOtherContentOfficial() throws Exception {
    Files.writeString(
        lockFile(), Files.readString(lockFile()).replace("\"mirror\"", "\"official\""));

    assertThatThrownBy(() -> build(fromArchive().withLockFile(lockFile(), true)))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("names the official upstream, but starts from 127.0.0.1");
  }

  @Test
  void usesNoOtherBaseThanTheUsersLock() throws Exception {
    String base = String.valueOf(upstream.settings().inputs().base());
    String other = base.replaceFirst("sha256:....", "sha256:0123");
    Files.writeString(lockFile(), Files.readString(lockFile()).replace(base, other));

    assertThatThrownBy(() -> build(fromArchive().withLockFile(lockFile(), false)))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("does not have the base image " + other);
  }

  @Test
  void anOwnLockWithoutThePlatformVouchesForNothing() throws Exception {
    LockFile.empty(UpstreamKind.MIRROR).write(lockFile());

    assertThatThrownBy(() -> build(fromArchive().withLockFile(lockFile(), false)))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("has no inputs for linux/amd64");
  }

  @Test
  void aPinnedDigestChoosesTheArchiveAndConfirmsNothing() throws Exception {
    String digest = new OciLayout(archiveFolder()).find("inputs").orElseThrow().digest().toString();
    BuildSettings pinned =
        fromArchive().withUpstream(UpstreamChoice.of(archiveFolder() + "@" + digest));
    assertThat(build(pinned).upstream()).isEqualTo(UpstreamKind.ARCHIVE);

    forge(Map.of("\"upstream\" : \"mirror\"", "\"upstream\" : \"official\""));
    assertThatThrownBy(() -> build(pinned))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("and " + digest);
  }

  @Test
  void suchImagesGoToLoopbackOnly() throws Exception {
    BuiltImage image = build(fromArchive());
    Target elsewhere = Target.of("registry.invalid/team/");

    assertThatThrownBy(() -> builder(fromArchive()).send(List.of(image), elsewhere))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("small is made from an archive of inputs")
        .hasMessageContaining("not sent to registry.invalid/team/");
    assertThatThrownBy(
            () -> builder(fromArchive()).requireReachable(List.of(IMAGE), List.of(elsewhere)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("not sent to registry.invalid/team/");
  }

  @Test
  void anyLabelOrAnnotationKeepsAnImageOnThisMachine() throws Exception {
    BlobStore blobs = new BlobStore(directory.resolve("foreign"));
    for (String word : List.of("archive", "stand-in", " Archive")) {
      Descriptor labelled = image(blobs, Map.of(UPSTREAM, word), Map.of());
      Descriptor annotated = image(blobs, Map.of(UPSTREAM, "official"), Map.of(UPSTREAM, word));
      Descriptor honest = image(blobs, Map.of(UPSTREAM, "official"), Map.of());
      Descriptor mixed = index(blobs, Map.of(), honest, labelled);
      List<Descriptor> staying =
          List.of(
              labelled,
              annotated,
              mixed,
              index(blobs, Map.of(), index(blobs, Map.of(), mixed)),
              index(blobs, Map.of(UPSTREAM, word), honest),
              honest.withAnnotation(UPSTREAM, word));
      for (Descriptor each : staying) {
        assertThat(StoredImage.read("image", blobs, each).upstream())
            .as(each + word)
            .matches(kind -> kind.isPresent() && !kind.get().mayLeave());
      }
      assertThat(StoredImage.read("image", blobs, honest).upstream())
          .contains(UpstreamKind.OFFICIAL);
    }
  }

  private static Descriptor image(
      BlobStore blobs, Map<String, String> labels, Map<String, String> annotations)
      throws IOException {
    byte[] config = ImageConfig.scratch(Platform.LINUX_AMD64).withLabels(labels).toJson();
    Descriptor described = blobs.put(MediaType.CONFIG, config);
    return blobs.put(MediaType.MANIFEST, new Manifest(described, List.of(), annotations).toJson());
  }

  private static Descriptor index(
      BlobStore blobs, Map<String, String> annotations, Descriptor... images) throws IOException {
    return blobs.put(MediaType.INDEX, new ImageIndex(List.of(images), annotations).toJson());
  }

  private void forge(Map<String, String> replacements) throws IOException {
    OciLayout layout = new OciLayout(archiveFolder());
    Descriptor honest = layout.find("inputs").orElseThrow();
    layout.name("honest", honest);
    Manifest manifest = Manifest.parse(layout.blobs().read(honest.digest()), "the archive");
    List<Descriptor> files = new ArrayList<>();
    for (Descriptor file : manifest.layers()) {
      boolean lock =
          Objects.equals(
              file.annotations().get("org.opencontainers.image.title"), "sandbox.lock.json");
      files.add(
          lock
              ? replaced(layout.blobs(), file, replacements).withAnnotations(file.annotations())
              : file);
    }
    Descriptor config = replaced(layout.blobs(), manifest.config(), replacements);
    layout.name(
        "inputs",
        layout.blobs().put(MediaType.MANIFEST, new Manifest(config, files, Map.of()).toJson()));
  }

  private static Descriptor replaced(
      BlobStore blobs, Descriptor file, Map<String, String> replacements) throws IOException {
    String text = new String(blobs.read(file.digest()), StandardCharsets.UTF_8);
    for (Map.Entry<String, String> each : replacements.entrySet()) {
      text = text.replace(each.getKey(), each.getValue());
    }
    return blobs.put(file.mediaType(), text.getBytes(StandardCharsets.UTF_8));
  }

  private void unforge() throws IOException {
    OciLayout layout = new OciLayout(archiveFolder());
    layout.name("inputs", layout.find("honest").orElseThrow());
  }

  private Map<String, String> labels(BuiltImage image) throws IOException {
    BlobStore blobs = new BlobStore(directory.resolve("elsewhere"));
    Descriptor manifest = image.platforms().get(0).manifest();
    Descriptor config = Manifest.parse(blobs.read(manifest.digest()), "image").config();
    return ImageConfig.parse(blobs.read(config.digest()), "image").labels();
  }

  private Path archiveFolder() {
    return directory.resolve("archive");
  }

  private Path lockFile() {
    return directory.resolve("sandbox.lock.json");
  }

  private BuildSettings fromArchive() {
    return BuildSettings.standard()
        .withPlatforms(List.of(Platform.LINUX_AMD64))
        .withUpstream(new UpstreamChoice.Archive(new ArchivePlace.Directory(archiveFolder())))
        .withOffline(true)
        .withCache(directory.resolve("elsewhere"));
  }

  private SandboxBuilder builder(BuildSettings settings) {
    return new SandboxBuilder(
        settings,
        new AProgress() {
          @Override
          public void step(String stage, String detail) {}

          @Override
          public void done(String stage, String detail) {}

          @Override
          public void warn(String sentence) {
            warnings.add(sentence);
          }
        });
  }

  private BuiltImage build(BuildSettings settings) throws IOException {
    return builder(settings).build(List.of(IMAGE)).get(0);
  }
}
