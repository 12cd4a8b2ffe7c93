package ai.opencode.sandbox.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts and archives in which an engine could find another image than the verified one. */
class RefusesAmbiguousSourcesTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());

  @TempDir private Path folder;
  private Path layout;
  private BlobStore blobs;
  private Descriptor good;
  private Descriptor evil;

  @BeforeEach
  void makeImages() throws IOException {
    layout = folder.resolve("layout");
    blobs = new BlobStore(layout);
    good = AnImage.on(AMD64).withFile("a", "good").in(blobs);
    evil = AnImage.on(AMD64).withFile("a", "evil").in(blobs);
  }

  @Test
  void readsOneImageForEachPlatform() throws IOException {
    Descriptor attestation = evil.withPlatform(new Platform("unknown", "unknown"));
    assertThat(ids(index(good, evil.withPlatform(Platform.LINUX_ARM64), attestation)))
        .doesNotContain("platform");
  }

  @ParameterizedTest
  @CsvSource({"linux,amd64", "linux,x86_64", "linux,AMD64", "Linux,amd64", "linux,x86-64"})
  void refusesASecondImageForThePlatform(String os, String architecture) throws IOException {
    Descriptor second = evil.withPlatform(new Platform(os, architecture));
    assertThat(ids(index(good, second))).contains("platform");
    assertThat(ids(index(second, good))).contains("platform");
  }

  @Test
  void refusesAnImageForAnyPlatformBesideOthers() throws IOException {
    assertThat(
            ids(
                index(
                    good,
                    new Descriptor(evil.mediaType(), evil.digest(), evil.size(), Map.of(), null))))
        .contains("platform");
  }

  @Test
  void refusesTwoImagesOfOneName() throws IOException {
    names("tools", "tools");
    assertRefused("oci:" + layout);
    assertRefused("oci:" + layout + ":tools");
  }

  @Test
  void refusesALayoutWithAnImageThatNoNameReaches() throws IOException {
    names("tools", "");
    assertRefused("oci:" + layout);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"imageLayoutVersion\":\"2.0.0\"}"})
  void refusesADirectoryThatIsNoLayoutToOthers(String marker) throws IOException {
    new OciLayout(layout).name("tools", good);
    Path file = layout.resolve("oci-layout");
    Files.delete(file);
    assertRefused("oci:" + layout);
    Files.writeString(file, marker);
    assertRefused("oci:" + layout);
  }

  @ParameterizedTest
  @ValueSource(strings = {"twice", "hard link", "link", "through a link", "directory is a link"})
  void refusesAnOciArchiveThatUnpacksToAnother(String how) throws IOException {
    new OciLayout(layout).name("tools", good);
    Path archive = folder.resolve("image.oci.tar");
    try (TarWriter tar = new TarWriter(Files.newOutputStream(archive))) {
      if (how.equals("directory is a link")) {
        tar.write(new TarEntry.SymbolicLink("blobs/sha256", Attributes.of(0777), "../other"));
      }
      for (String name : List.of("oci-layout", "index.json")) {
        add(tar, name, Files.readAllBytes(layout.resolve(name)));
      }
      add(tar, "other", "{}".getBytes(UTF_8));
      byte[] other = "{}".getBytes(UTF_8);
      switch (how) {
        case "twice" -> add(tar, "index.json", other);
        case "hard link" ->
            tar.write(new TarEntry.HardLink("index.json", Attributes.of(0644), "other"));
        case "link" ->
            tar.write(new TarEntry.SymbolicLink("index.json", Attributes.of(0777), "other"));
        case "through a link" -> {
          tar.write(new TarEntry.SymbolicLink("x", Attributes.of(0777), "."));
          add(tar, "x/index.json", other);
        }
        default -> {}
      }
      tar.finish();
    }
    assertRefused("oci-archive:" + archive);
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.json", "layer.tar", "hard link", "link", "layout"})
  void refusesADockerArchiveOfWhichReadersTakeDifferentFiles(String how) throws IOException {
    Manifest manifest = Manifest.parse(blobs.read(good.digest()), "it");
    byte[] config = blobs.read(manifest.config().digest());
    String name = manifest.config().digest().hex() + ".json";
    byte[] list =
        ("[{\"Config\":\"" + name + "\",\"RepoTags\":[\"a/tools:1\"],\"Layers\":[\"layer.tar\"]}]")
            .getBytes(UTF_8);
    Path archive = folder.resolve("image.tar");
    try (TarWriter tar = new TarWriter(Files.newOutputStream(archive))) {
      add(tar, "layer.tar", blobs.read(manifest.layers().get(0).digest()));
      add(tar, name, config);
      add(tar, "manifest.json", list);
      switch (how) {
        case "hard link" ->
            tar.write(new TarEntry.HardLink("manifest.json", Attributes.of(0644), "layer.tar"));
        case "link" ->
            tar.write(new TarEntry.SymbolicLink("manifest.json", Attributes.of(0777), "layer.tar"));
        case "layout" -> {
          add(tar, "blobs/sha256/" + evil.digest().hex(), blobs.read(evil.digest()));
          add(tar, "index.json", new ImageIndex(List.of(evil), Map.of()).toJson());
        }
        default -> add(tar, how, list);
      }
      tar.finish();
    }
    assertRefused("docker-archive:" + archive);
  }

  private static void assertRefused(String source) {
    assertThatThrownBy(
            () -> {
              for (ImageSource each : VERIFIER.images(ImageSource.of(source))) {
                VERIFIER.platforms(each);
                VerificationReport report = VERIFIER.verify(each, AMD64, Contract.ANY);
                if (report.findings().stream().anyMatch(f -> f.id().equals("unreadable"))) {
                  throw new VerificationException(report.findings().toString());
                }
              }
            })
        .isInstanceOf(SandboxException.class);
  }

  private void names(String... names) throws IOException {
    new OciLayout(layout).name("tools", good);
    List<Descriptor> images = new ArrayList<>();
    for (String name : names) {
      Descriptor image = images.isEmpty() ? good : evil;
      images.add(
          name.isEmpty() ? image : image.withAnnotation("org.opencontainers.image.ref.name", name));
    }
    Files.write(layout.resolve("index.json"), new ImageIndex(images, Map.of()).toJson());
  }

  private ImageSource index(Descriptor... images) throws IOException {
    byte[] index = new ImageIndex(List.of(images), Map.of()).toJson();
    new OciLayout(layout).name("tools", blobs.put(MediaType.INDEX, index));
    return new ImageSource.OciDirectory(layout, "tools");
  }

  private static List<String> ids(ImageSource source) throws IOException {
    return VERIFIER.verify(source, AMD64, Contract.ANY).findings().stream()
        .map(Finding::id)
        .toList();
  }

  private static void add(TarWriter tar, String path, byte[] content) throws IOException {
    tar.write(
        new TarEntry.File(path, Attributes.of(0644), content.length),
        new ByteArrayInputStream(content));
  }
}
