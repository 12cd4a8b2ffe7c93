package ai.opencode.sandbox.records;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.BlobLender;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.AProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look at former images, in a registry that has none. */
class BorrowingTest {

  private static final Set<Digest> PROVED = Set.of(Digest.sha256("facts"));

  @TempDir private Path folder;
  private EmbeddedRegistry registry;
  private Cache cache;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    registry = EmbeddedRegistry.start(new BlobStore(folder.resolve("registry")));
    cache = new Cache(folder.resolve("cache"));
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Test
  void isDoneOnce() throws IOException {
    Borrowing borrowing = borrowing(PROVED);

    assertThat(borrowing.look()).isFalse();
    assertThat(borrowing.look()).isFalse();
    String place = registry.address() + "/acme/";
    assertThat(said)
        .containsExactly(
            "step cache looking for former images in " + place,
            "done cache nothing to take: " + place + ": small is not there");
    assertThat(borrowing.isUnproved()).isFalse();
  }

  @Test
  void needsALockThatProvesSomething() throws IOException {
    assertThat(borrowing(Set.of()).look()).isFalse();
    assertThat(said).isEmpty();
  }

  @Test
  void endsWithAllLoans() throws IOException {
    Borrowing borrowing = borrowing(PROVED);
    BlobLender none =
        (blob, sink) -> {
          throw new AssertionError("not asked");
        };
    cache.blobs().lend(Descriptor.of(MediaType.LAYER_GZIP, Digest.sha256("lent"), 4), none);
    assertThat(borrowing.isUsed()).isTrue();

    borrowing.abandon("it differs");

    assertThat(borrowing.isUsed()).isFalse();
    assertThat(said)
        .containsExactly(
            "done cache what " + registry.address() + "/acme/ has is not used: it differs");
  }

  private Borrowing borrowing(Set<Digest> proved) {
    Borrowing borrowing =
        new Borrowing(
            List.of(new CacheSource(registry.address() + "/acme/")),
            RegistryAccess.standard(),
            cache,
            new Said());
    borrowing.begin(
        new Borrowing.Wanted(List.of("small"), List.of(Platform.LINUX_AMD64), "1", proved));
    return borrowing;
  }

  private final class Said extends AProgress {

    @Override
    public void step(String stage, String detail) {
      said.add("step " + stage + " " + detail);
    }

    @Override
    public void done(String stage, String detail) {
      said.add("done " + stage + " " + detail);
    }

    @Override
    public void warn(String sentence) {
      said.add("warn " + sentence);
    }
  }
}
