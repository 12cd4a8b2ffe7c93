package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.UserIds;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layer and the settings that Jib adds to an image of packages. */
class JibStepTest {

  private static final Instant CREATED = Instant.ofEpochSecond(1_700_000_000);
  private static final ContainerSettings SETTINGS =
      new ContainerSettings(
          Map.of("HOME", "/home/opencode", "A", "b c"),
          "/workspace",
          List.of("/sbin/tini", "--"),
          List.of("sh", "-c", "it"),
          List.of(new ExposedPort(53, "udp"), new ExposedPort(8080, "tcp")));
  private static final ImageDefinition IMAGE =
      ASmallUpstream.image("tool")
          .withDirectory(new OwnedDirectory("/data", 0770, 1000, 7))
          .withFile(new StaticFile("/etc/motd", 0604, "good day\n"));

  private record Entry(int mode, String owner, String content) {}

  @TempDir private Path folder;
  private AStore store;

  @BeforeEach
  void makeStore() throws IOException {
    store = AStore.in(folder);
  }

  @Test
  void setsWhatContainersNeed() throws IOException {
    ImageConfig config = config(finish(SETTINGS));

    assertThat(config.user()).isEqualTo("1000:1001");
    assertThat(config.workingDirectory()).isEqualTo("/workspace");
    assertThat(config.entrypoint()).containsExactly("/sbin/tini", "--");
    assertThat(config.command()).containsExactly("sh", "-c", "it");
    assertThat(config.environment()).containsExactlyInAnyOrder("HOME=/home/opencode", "A=b c");
    assertThat(config.exposedPorts()).containsExactlyInAnyOrder("53/udp", "8080/tcp");
    assertThat(config.labels()).isEqualTo(Map.of("title", "it"));
    assertThat(config.created()).isEqualTo(CREATED);
    assertThat(config.platform()).isEqualTo(Platform.LINUX_ARM64);
  }

  @Test
  void exposesNoPortsIfThereAreNone() throws IOException {
    ContainerSettings none =
        new ContainerSettings(Map.of(), "/", List.of("/bin/sh"), List.of(), List.of());

    assertThat(config(finish(none)).exposedPorts()).isEmpty();
  }

  @Test
  void addsOneLayerOfFilesAboveThePackages() throws IOException {
    Descriptor packages = packages();
    Manifest manifest = manifest(finish(SETTINGS));

    assertThat(manifest.layers()).hasSize(2);
    assertThat(manifest.layers().get(0).digest())
        .isEqualTo(manifest(packages.digest()).layers().get(0).digest());
    assertThat(config(finish(SETTINGS)).history())
        .extracting(ImageConfig.History::comment)
        .endsWith(JibStep.FILES);
  }

  @Test
  void theFilesHaveTheirOwnersModesAndContents() throws IOException {
    Map<String, Entry> entries = files(finish(SETTINGS));

    assertThat(entries)
        .containsEntry("data", new Entry(0770, "1000:7", ""))
        .containsEntry("etc/motd", new Entry(0604, "0:0", "good day\n"))
        .containsEntry("etc/apk/world", new Entry(0644, "0:0", "tool\n"))
        .containsKeys("etc/passwd", "etc/group", "etc/shadow");
  }

  @Test
  void theSameInputsGiveTheSameBytes() throws IOException {
    assertThat(finish(SETTINGS)).isEqualTo(finish(SETTINGS));
    assertThat(store.work()).isEmptyDirectory();
  }

  private Descriptor packages() throws IOException {
    return AnImage.on(Platform.LINUX_ARM64).withFile("usr/bin/tool", "tool").in(store.blobs());
  }

  private Digest finish(ContainerSettings settings) throws IOException {
    ImageFiles files =
        ImageFiles.of(IMAGE, OwnSources.none(), new AStagedRoot().layered(), World.parse("tool"));
    ImageConfig staged = ImageConfig.scratch(Platform.LINUX_ARM64).withCreated(CREATED);
    return new JibStep(store.blobs())
        .finish(
            packages(),
            staged,
            files,
            settings,
            new UserIds(1000, 1001),
            Map.of("title", "it"),
            store.work());
  }

  private Manifest manifest(Digest digest) throws IOException {
    return Manifest.parse(store.blobs().read(digest), "it");
  }

  private ImageConfig config(Digest digest) throws IOException {
    return ImageConfig.parse(store.blobs().read(manifest(digest).config().digest()), "it");
  }

  private Map<String, Entry> files(Digest digest) throws IOException {
    Map<String, Entry> files = new TreeMap<>();
    byte[] layer = store.blobs().read(manifest(digest).layers().get(1).digest());
    try (InputStream tar = Gzip.inflating(new ByteArrayInputStream(layer), "it");
        TarReader in = new TarReader(tar, "it", TarLimits.foreignArchive())) {
      for (TarEntry each = in.next(); each != null; each = in.next()) {
        assertThat(each.attributes().modifiedSeconds()).as(each.path()).isZero();
        files.put(
            each.path(),
            new Entry(
                each.attributes().mode(),
                each.attributes().uid() + ":" + each.attributes().gid(),
                each instanceof TarEntry.File
                    ? new String(in.content().readAllBytes(), StandardCharsets.UTF_8)
                    : ""));
      }
    }
    return files;
  }
}
