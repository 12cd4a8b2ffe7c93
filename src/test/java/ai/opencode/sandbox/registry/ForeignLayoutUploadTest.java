package ai.opencode.sandbox.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No byte of a file that replaced a layout's blob is sent. */
class ForeignLayoutUploadTest {

  @TempDir private Path folder;
  private BlobStore store;
  private Descriptor image;
  private Path layer;
  private byte[] right;

  @BeforeEach
  void makeImage() throws Exception {
    store = new BlobStore(folder.resolve("layout"));
    image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "x".repeat(200_000)).in(store);
    Digest digest = Manifest.parse(store.read(image.digest()), "image").layers().get(0).digest();
    layer = store.path(digest);
    right = Files.readAllBytes(layer);
  }

  @Test
  void sendsNoFileThatABlobLinksTo() throws Exception {
    Path secret = Files.write(folder.resolve("id_rsa"), new byte[right.length]);
    Files.delete(layer);
    Files.createSymbolicLink(layer, secret);

    assertNothingIsSent("is a link");
  }

  @Test
  void sendsNoFileFromALinkedDirectory() throws Exception {
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(layer.getParent(), elsewhere);
    Files.createSymbolicLink(layer.getParent(), elsewhere);

    assertNothingIsSent("is a link");
  }

  @Test
  void sendsNothingOfAFileOfTheSameSizeWithOtherContent() throws Exception {
    Files.write(layer, new byte[right.length]);

    assertNothingIsSent("is corrupt: its content does not match its digest");
  }

  @Test
  void sendsNothingOfAPipe() throws Exception {
    Files.delete(layer);
    assertThat(new ProcessBuilder("mkfifo", layer.toString()).start().waitFor()).isZero();

    assertNothingIsSent("is a pipe or a device");
  }

  @Test
  void finishesNoUploadOfAChangedFile() throws Exception {
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, number) -> {
              if (request.method().equals("POST")) {
                Files.write(layer, new byte[right.length]);
              }
              return null;
            })) {
      assertThatThrownBy(() -> publish(registry))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("is corrupt: its content does not match its digest");
      assertThat(registry.blobs.contains(new Digest(layer.getFileName().toString()))).isFalse();
      assertThat(registry.blobs.contains(Digest.sha256(new byte[right.length]))).isFalse();
    }
  }

  private void assertNothingIsSent(String reason) throws Exception {
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      assertThatThrownBy(() -> publish(registry))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining(reason);
      String digest = layer.getFileName().toString();
      assertThat(registry.requests)
          .noneMatch(each -> each.startsWith("PUT") && each.contains(digest));
      assertThat(registry.blobs.contains(new Digest(digest))).isFalse();
      assertThat(registry.blobs.contains(Digest.sha256(new byte[right.length]))).isFalse();
    }
  }

  private void publish(ARegistry registry) throws Exception {
    new Publisher(RegistryAccess.standard())
        .publish(store, image, Reference.of(registry.address() + "/team/leak"), List.of("1"));
  }
}
