package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.ImagePuller;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry that is killed during a push and started again with the same directory. */
@Timeout(120)
@Order(1)
class ServeKilledTest {

  private static final int KILLS = 5;
  private static final RegistryAccess ONCE =
      RegistryAccess.standard()
          .withCredentials(CredentialSource.firstOf(List.of()))
          .withAttempts(1, Duration.ZERO);

  @TempDir private Path directory;

  @Test
  void servesOnlyCompleteImages() throws Exception {
    BlobStore source = new BlobStore(directory.resolve("source"));
    OciLayout layout = new OciLayout(directory.resolve("images"));
    layout.put(source, Map.of("first", image(source, "first")));
    AtomicInteger numbers = new AtomicInteger();
    AtomicInteger pushed = new AtomicInteger();
    for (int kill = 0; kill < KILLS; kill++) {
      Process server = serve();
      ExecutorService clients = Executors.newFixedThreadPool(4);
      try {
        String address = address(server);
        for (int i = 0; i < 4; i++) {
          clients.execute(
              () -> {
                while (push(source, address, numbers.incrementAndGet())) {
                  pushed.incrementAndGet();
                }
              });
        }
        // The first image may take any time; the others of the four clients are then halfway.
        int before = pushed.get();
        while (pushed.get() == before) {
          assertThat(server.isAlive()).isTrue();
          Thread.sleep(5);
        }
        Thread.sleep(20L * kill);
      } finally {
        // Also after a failure; otherwise they push as long as the other tests run.
        server.destroyForcibly();
        clients.shutdown();
      }
      assertThat(server.waitFor()).isNotZero();
      assertThat(clients.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      assertWhole(layout);
    }
    assertThat(pushed).as("pushed between the kills").hasPositiveValue();
  }

  /** Pushes an image; returns false if the registry has ended. */
  private static boolean push(BlobStore source, String address, int number) {
    try {
      Descriptor image = image(source, "image " + number);
      Reference target = Reference.of(address + "/tools:" + number);
      new Publisher(ONCE).publish(source, image, target, List.of("latest"));
      return true;
    } catch (SandboxException killed) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Checks that every blob has the digest in its name, and that every named image can be pulled.
   */
  private void assertWhole(OciLayout layout) throws IOException {
    try (Stream<Path> blobs = Files.list(directory.resolve("images/blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        layout.blobs().verify(Digest.of("sha256:" + blob.getFileName()));
      }
    }
    BlobStore pulled = new BlobStore(directory.resolve("pulled"));
    try (EmbeddedRegistry again = EmbeddedRegistry.serve(layout, 0)) {
      List<Reference> named = new ArrayList<>();
      named.add(again.reference("first", "latest"));
      again.tags("tools").keySet().forEach(tag -> named.add(again.reference("tools", tag)));
      for (Reference each : named) {
        Descriptor image = new ImagePuller(ONCE).pull(each, pulled);
        for (Digest digest : OciLayout.reachable(pulled, image)) {
          pulled.verify(digest);
        }
      }
    } catch (SandboxException e) {
      throw new AssertionError("after a kill", e);
    }
  }

  /** Stores an image of random bytes, large enough that its upload takes a while. */
  private static Descriptor image(BlobStore store, String name) throws IOException {
    StringBuilder noise = new StringBuilder();
    Random random = new Random(name.hashCode());
    while (noise.length() < 200_000) {
      noise.append(Long.toString(random.nextLong(), 36));
    }
    return AnImage.forBothPlatforms(
        store, it -> it.withFile("name", name).withFile("noise", noise.toString()));
  }

  private Process serve() throws IOException {
    return new ProcessBuilder(
            QuickProgram.command(
                "serve", "--port=0", "--push", directory.resolve("images").toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String address(Process server) throws IOException {
    BufferedReader out = server.inputReader();
    String line = String.valueOf(out.readLine());
    assertThat(line).contains(" on 127.0.0.1:");
    return line.replaceFirst(".* on (127\\.0\\.0\\.1:\\d+), .*", "$1");
  }
}
