package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciLayoutTest {

  @TempDir Path folder;
  private BlobStore store;
  private OciLayout layout;

  @BeforeEach
  void open() {
    store = new BlobStore(folder.resolve("store"));
    layout = new OciLayout(folder.resolve("images"));
  }

  @Test
  void copiesEverythingThatAnImageConsistsOf() throws IOException {
    Descriptor image = AnImage.forBothPlatforms(store, it -> it.withFile("hello", "hello"));
    store.put("text/plain", "not part of it".getBytes(StandardCharsets.UTF_8));

    layout.put(store, Map.of("tools", image));

    assertThat(layout.find("tools")).map(Descriptor::digest).contains(image.digest());
    assertThat(layout.find("other")).isEmpty();
    assertThat(layout.blobs().list())
        .containsExactlyInAnyOrderElementsOf(OciLayout.reachable(store, image));
    assertThat(folder.resolve("images/oci-layout"))
        .hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  @Test
  void replacesAnImageOfTheSameNameAndRemovesItsBlobs() throws IOException {
    Descriptor old =
        AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").withFile("b", "1").in(store);
    Descriptor other = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    Descriptor now = AnImage.on(Platform.LINUX_AMD64).withFile("b", "2").in(store);
    layout.put(store, Map.of("tools", old, "other", other));

    layout.put(store, Map.of("tools", now));

    List<Digest> expected = new ArrayList<>(OciLayout.reachable(store, other));
    expected.addAll(OciLayout.reachable(store, now));
    assertThat(layout.blobs().list()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(layout.find("other")).isPresent();
  }

  @Test
  void writersWaitForEachOther() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        String name = "image-" + i;
        Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile(name, name).in(store);
        writers.add(
            threads.submit(
                () -> {
                  new OciLayout(folder.resolve("images")).put(store, Map.of(name, image));
                  return null;
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(layout.index().manifests()).hasSize(24);
    for (Descriptor image : layout.index().manifests()) {
      for (Digest digest : OciLayout.reachable(layout.blobs(), image)) {
        layout.blobs().verify(digest);
      }
    }
  }

  @Test
  void saysWhyADirectoryCannotBeWritten() throws IOException {
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    Files.writeString(folder.resolve("images"), "a file is in the way");

    assertThatThrownBy(() -> layout.put(store, Map.of("tools", image)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Cannot write the OCI layout");
  }

  @Test
  void skopeoReadsAnIndexByItsName() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/skopeo")), "skipped: no skopeo");
    layout.put(
        store, Map.of("tools", AnImage.forBothPlatforms(store, it -> it.withFile("hello", "hi"))));
    String source = "oci:" + folder.resolve("images") + ":tools";

    assertThat(run("skopeo", "inspect", source)).contains("\"Architecture\": \"amd64\"");
    assertThat(run("skopeo", "inspect", "--raw", source)).contains(MediaType.INDEX);
    run("skopeo", "copy", source, "docker-archive:" + folder.resolve("tools.tar") + ":tools:1");
    assertThat(folder.resolve("tools.tar")).isNotEmptyFile();
    run("skopeo", "copy", "--all", source, "oci:" + folder.resolve("copy") + ":tools");
    assertThat(new OciLayout(folder.resolve("copy")).find("tools").map(Descriptor::digest))
        .isEqualTo(layout.find("tools").map(Descriptor::digest));
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
