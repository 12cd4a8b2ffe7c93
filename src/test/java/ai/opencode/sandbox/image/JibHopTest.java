package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of Jib that fail, and the end of each run. */
class JibHopTest {

  private static final Descriptor MISSING =
      Descriptor.of(MediaType.MANIFEST, Digest.sha256("missing"), 7);

  @TempDir private Path folder;
  private AStore store;

  @BeforeEach
  void makeStore() throws IOException {
    store = AStore.in(folder);
  }

  @Test
  void tellsAFailureWithoutTheSecretNameOfItsRegistry() throws IOException {
    try (JibHop hop = JibHop.over(store.blobs(), store.work())) {
      JibContainerBuilder builder = hop.from(MISSING, Platform.LINUX_AMD64, Instant.EPOCH);

      Throwable failure = catchThrowable(() -> hop.finish(builder));

      assertThat(failure).isInstanceOf(IOException.class);
      assertThat(failure.getStackTrace()).isNotEmpty();
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      assertThat(trace.toString())
          .contains("…/image", MISSING.digest().toString())
          .doesNotContainPattern("/v2/[^/…]+/image");
    }
  }

  @Test
  void deletesItsDirectory() throws IOException {
    try (JibHop hop = JibHop.over(store.blobs(), store.work())) {
      assertThat(store.work()).isNotEmptyDirectory();
      assertThat(hop.directory()).startsWith(store.work()).isDirectory();
    }
    assertThat(store.work()).isEmptyDirectory();
  }

  @Test
  void refusesAnImageAfterItsEnd() throws IOException {
    JibHop hop = JibHop.over(store.blobs(), store.work());
    JibContainerBuilder builder = hop.from(MISSING, Platform.LINUX_AMD64, Instant.EPOCH);
    hop.close();

    assertThatThrownBy(() -> hop.finish(builder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The base image is closed. Call containerize before close.");
  }
}
