package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.engine.LayoutImage;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.BaseFetcher;
import ai.opencode.sandbox.inspect.FileListing;
import ai.opencode.sandbox.inspect.ImageInspector;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.registry.BasePuller;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.verify.ImageVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Indexes with two images for a platform, where the checked image may not be the one that runs. */
class OneImageForAPlatformTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final RegistryAccess ACCESS = RegistryAccess.standard();

  @TempDir private Path directory;
  private Path layout;
  private BlobStore blobs;
  private Descriptor good;
  private Descriptor evil;

  @BeforeEach
  void makeImages() throws IOException {
    layout = directory.resolve("layout");
    blobs = new BlobStore(layout);
    good = AnImage.on(AMD64).withFile("a", "good").in(blobs);
    evil = AnImage.on(AMD64).withFile("a", "evil").in(blobs);
  }

  @ParameterizedTest
  @CsvSource({"linux,amd64", "linux,x86_64", "linux,AMD64", "Linux,amd64", "linux,x86-64", ","})
  void everyReaderRefusesASecondImage(String os, String architecture) throws IOException {
    Platform platform = os == null ? null : new Platform(os, architecture);
    Descriptor second =
        new Descriptor(evil.mediaType(), evil.digest(), evil.size(), Map.of(), platform);
    for (List<Descriptor> order : List.of(List.of(good, second), List.of(second, good))) {
      readers(index(order))
          .forEach(
              (name, reader) ->
                  assertThatThrownBy(reader)
                      .as(name)
                      .isInstanceOf(VerificationException.class)
                      .hasMessageContaining("can be read in two ways"));
    }
  }

  @Test
  void readsAnImageForEachPlatformAndAttestations() throws IOException {
    Descriptor arm64 = AnImage.on(Platform.LINUX_ARM64).withFile("a", "other").in(blobs);
    Descriptor v6 = evil.withPlatform(new Platform("linux", "arm"));
    Descriptor attestation = evil.withPlatform(new Platform("unknown", "unknown"));
    Descriptor index = index(List.of(good, arm64, v6, v6, attestation, attestation));

    readers(index)
        .forEach((name, reader) -> assertThatCode(reader).as(name).doesNotThrowAnyException());
  }

  @Test
  void refusesASecondImageOfTheSameName() throws IOException {
    OciLayout images = new OciLayout(layout);
    images.name("tools", good);
    Files.write(
        layout.resolve("index.json"),
        new ImageIndex(List.of(named(good), named(evil)), Map.of()).toJson());

    assertThatThrownBy(() -> images.find("tools"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("several images with the name tools");
    assertThatThrownBy(() -> LayoutImage.find("oci:" + layout + ":tools", AMD64))
        .isInstanceOf(VerificationException.class);
  }

  private static Descriptor named(Descriptor image) {
    return image.withAnnotation(Annotations.REF_NAME, "tools");
  }

  private Descriptor index(List<Descriptor> images) throws IOException {
    Descriptor index = blobs.put(MediaType.INDEX, new ImageIndex(images, Map.of()).toJson());
    new OciLayout(layout).name("tools", index);
    return index;
  }

  private Map<String, ThrowingCallable> readers(Descriptor index) {
    String name = "oci:" + layout + ":tools";
    ImageSource source = new ImageSource.OciDirectory(layout, "tools");
    Map<String, ThrowingCallable> readers = new LinkedHashMap<>();
    readers.put("run", () -> LayoutImage.find(name, AMD64));
    readers.put("base in the cache", () -> BaseFetcher.blobs(blobs, index.digest(), AMD64));
    readers.put(
        "base in a registry",
        () -> {
          try (EmbeddedRegistry registry = EmbeddedRegistry.start(blobs)) {
            registry.tag("base", "latest", index);
            Reference reference = registry.reference("base", index.digest());
            BlobStore cache = new BlobStore(directory.resolve("cache"));
            new BasePuller(ACCESS).pull(reference, AMD64, cache);
          }
        });
    readers.put("publish", () -> StoredImage.read("tools", blobs, index));
    readers.put("inspect", () -> new ImageInspector(ACCESS).inspect(source, AMD64));
    readers.put(
        "inspect --files",
        () ->
            new ImageInspector(ACCESS)
                .list(source, AMD64, FileListing.text(new PrintWriter(Writer.nullWriter()))));
    readers.put(
        "verify",
        () -> {
          var findings = new ImageVerifier(ACCESS).verify(source, AMD64).findings();
          if (findings.stream().anyMatch(each -> each.id().equals("platform"))) {
            assertThat(findings).isNotEmpty();
            throw new VerificationException("can be read in two ways");
          }
        });
    return readers;
  }
}
