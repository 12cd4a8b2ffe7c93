package ai.opencode.sandbox.registry.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that another program put under a blob's name in a layout are not served. */
class ServesIntactBlobsTest {

  @TempDir private Path folder;

  @Test
  void givesAwayNoOtherFileUnderABlobsName() throws Exception {
    BlobStore source = new BlobStore(folder.resolve("source"));
    OciLayout layout = new OciLayout(folder.resolve("images"));
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(source);
    layout.put(source, Map.of("tools", image));
    BlobStore blobs = new BlobStore(folder.resolve("images"));
    byte[] secret = "-----BEGIN PRIVATE KEY-----".getBytes(UTF_8);
    try (EmbeddedRegistry registry = EmbeddedRegistry.serve(layout, 0)) {
      Digest whole = image.digest();
      assertThat(status(registry, whole)).isEqualTo(200);

      Path key = Files.write(folder.resolve("key"), secret);
      Files.delete(blobs.path(whole));
      Files.createLink(blobs.path(whole), key);

      assertThat(status(registry, whole)).isEqualTo(404);
    }
  }

  private static int status(EmbeddedRegistry registry, Digest digest) throws Exception {
    URI blob = URI.create("http://" + registry.address() + "/v2/tools/blobs/" + digest);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(blob).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
