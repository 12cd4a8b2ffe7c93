package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts with endless files are read in limited time. */
class ForeignLayoutReadingTest {

  @TempDir private Path folder;
  private Path layer;
  private Path manifest;

  @BeforeEach
  void makeLayout() throws Exception {
    BlobStore store = new BlobStore(folder.resolve("store"));
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    OciLayout layout = new OciLayout(folder.resolve("images"));
    layout.put(store, Map.of("tools", image));
    layer =
        layout
            .blobs()
            .path(Manifest.parse(store.read(image.digest()), "image").layers().get(0).digest());
    manifest = layout.blobs().path(image.digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe", "/dev/zero", "/etc/passwd"})
  void readsNeitherPipesNorDevicesNorLinks(String kind) throws Exception {
    for (Path file : new Path[] {layer, manifest, folder.resolve("images/index.json")}) {
      Path kept = Files.move(file, folder.resolve("kept"));
      if (kind.equals("pipe")) {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
      } else {
        Files.createSymbolicLink(file, Path.of(kind));
      }

      String reason = file + " is a " + (kind.equals("pipe") ? "pipe" : "link");
      assertThat(soon(this::verify).findings())
          .anyMatch(finding -> finding.toString().contains(reason));

      Files.delete(file);
      Files.move(kept, file);
    }
  }

  @Test
  void readsNoMoreOfAFileThanWasDeclared() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(layer.toFile(), "rw")) {
      file.setLength(1L << 42);
    }

    VerificationReport report = soon(this::verify);

    assertThat(report.findings())
        .anyMatch(
            finding -> finding.id().equals("blob-size") && finding.toString().contains("more"));
  }

  @Test
  void followsNoLinkInTheLayoutsDirectories() throws Exception {
    Path elsewhere = Files.move(layer.getParent(), folder.resolve("elsewhere"));
    Files.createSymbolicLink(layer.getParent(), elsewhere);

    assertThat(soon(this::verify).findings())
        .anyMatch(finding -> finding.toString().contains(layer.getParent() + " is a link"));
  }

  private VerificationReport verify() throws Exception {
    return new ImageVerifier(RegistryAccess.standard())
        .verify(
            new ImageSource.OciDirectory(folder.resolve("images"), "tools"), Platform.LINUX_AMD64);
  }

  private static VerificationReport soon(ThrowingSupplier<VerificationReport> work) {
    return assertTimeoutPreemptively(Duration.ofSeconds(30), work);
  }
}
