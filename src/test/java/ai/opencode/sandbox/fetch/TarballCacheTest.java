package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.ALockedNpmPackage;
import ai.opencode.sandbox.npm.FetchedTarball;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.TarballSource;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarballCacheTest {

  private static final LockedNpmPackage A = locked("a", "content of a");
  private static final LockedNpmPackage B = locked("b", "content of b");
  private static final LockedNpmPackage ALIAS_OF_A = locked("alias", "content of a");
  private static final LockedNpmPackage BUNDLED =
      ALockedNpmPackage.bundled("node_modules/a/node_modules/bundled", "1.0.0");

  @TempDir private Path directory;
  private final Registry registry = new Registry();
  private final List<String> said = new ArrayList<>();
  private final List<String> steps = new ArrayList<>();

  @Test
  void printsTheNumberOfVerifiedTarballs() throws IOException {
    cache().fetch(List.of(A));
    cache().fetch(List.of(A, B));
    cache().fetch(List.of(A, B));

    assertThat(said)
        .containsExactly(
            "1 tarballs verified",
            "2 tarballs, 1 of them fetched and verified",
            "2 tarballs, all from the cache");
  }

  @Test
  void saysWhatCameFromAnArchive() throws IOException {
    registry.archived.add("a@1.0.0");
    cache().fetch(List.of(A));
    Files.delete(files().get(0));
    cache().fetch(List.of(A, B));

    assertThat(said)
        .containsExactly(
            "1 tarballs, all from the archive and verified",
            "2 tarballs, 1 of them fetched and verified, 1 of them from the archive and verified");
  }

  @Test
  void fetchesEachOnce() throws IOException {
    TarballCache cache = cache();
    cache.fetch(List.of(A, B));
    cache.fetch(List.of(A, B));

    assertThat(text(cache, A)).isEqualTo("content of a");
    assertThat(text(cache(), B)).isEqualTo("content of b");
    assertThat(registry.asked).containsExactlyInAnyOrder("a@1.0.0", "b@1.0.0");
  }

  @Test
  void refusesAnotherTarballThanTheLockedOne() throws IOException {
    registry.content.put("a@1.0.0", "something else");

    assertThatThrownBy(() -> cache().fetch(List.of(A)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("a@1.0.0.tgz: the content differs from the locked one");
    assertThat(files()).isEmpty();
  }

  @Test
  void fetchesAgainAFileChangedSinceAnEarlierRun() throws IOException {
    cache().fetch(List.of(A));
    Files.writeString(files().get(0), "damaged");

    assertThat(text(cache(), A)).isEqualTo("content of a");
  }

  @Test
  void fetchesAgainAFileChangedDuringTheRun() throws IOException {
    TarballCache cache = cache();
    cache.fetch(List.of(A));
    Files.writeString(files().get(0), "damaged");

    assertThat(text(cache, A)).isEqualTo("content of a");
    assertThat(registry.asked).hasSize(2);
  }

  @Test
  void namesACorruptFileIfItCannotFetch() throws IOException {
    cache().fetch(List.of(A));
    Path file = files().get(0);
    Files.writeString(file, "damaged");
    registry.offline = true;

    assertThatThrownBy(() -> text(cache(), A))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void countsToTheNumberOfTarballs() throws IOException {
    cache().fetch(List.of(BUNDLED, A, B));

    assertThat(steps)
        .extracting(step -> step.split(" ", -1)[0])
        .containsExactly("0/2", "1/2", "2/2");
    assertThat(said).containsExactly("2 tarballs verified");
  }

  @Test
  void printsNothingWithoutTarballs() throws IOException {
    cache().fetch(List.of(BUNDLED));
    cache().fetch(List.of());

    assertThat(said).isEmpty();
  }

  @Test
  void tellsWhatItHasFetched() throws IOException {
    cache().fetch(List.of(A));
    TarballSource fetched = cache().fetch(List.of(A, ALIAS_OF_A, B, BUNDLED));

    assertThat(fetched.of(A).obtained()).isEqualTo(FetchedTarball.Obtained.CACHE);
    assertThat(fetched.of(B).obtained()).isEqualTo(FetchedTarball.Obtained.NETWORK);
    assertThat(fetched.of(ALIAS_OF_A)).isEqualTo(fetched.of(A));
    assertThat(fetched.of(B).file()).hasContent("content of b");
    assertThatThrownBy(() -> fetched.of(BUNDLED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was not fetched");
  }

  @Test
  void fetchesASharedTarballOnce() throws IOException {
    TarballCache cache = cache();
    cache.begin(List.of(A, ALIAS_OF_A));
    cache.fetch(List.of(A, ALIAS_OF_A));

    assertThat(text(cache, ALIAS_OF_A)).isEqualTo("content of a");
    assertThat(registry.asked).hasSize(1);
    assertThat(said).containsExactly("1 tarballs verified");
  }

  @Test
  void entriesThatShareACorruptFileRepairItOnce() throws Exception {
    for (int round = 0; round < 20; round++) {
      cache().fetch(List.of(A));
      Files.writeString(files().get(0), "damaged");
      registry.asked.clear();
      TarballCache cache = cache();
      List<Callable<String>> readers = new ArrayList<>();
      CyclicBarrier together = new CyclicBarrier(4);
      for (LockedNpmPackage each : List.of(A, ALIAS_OF_A, A, ALIAS_OF_A)) {
        readers.add(
            () -> {
              together.await();
              return text(cache, each);
            });
      }

      assertThat(Parallel.run(readers)).hasSize(4).containsOnly("content of a");
      assertThat(registry.asked).hasSize(1);
    }
  }

  private TarballCache cache() {
    return new TarballCache(
        new Cache(directory),
        registry,
        () -> {
          throw new AssertionError("the origin knows the registry");
        },
        new AProgress() {
          @Override
          public synchronized void step(String stage, String detail) {
            steps.add(detail);
          }

          @Override
          public void done(String stage, String result) {
            said.add(result);
          }

          @Override
          public void warn(String sentence) {
            throw new AssertionError(sentence);
          }
        });
  }

  private static String text(TarballCache cache, LockedNpmPackage locked) throws IOException {
    try (InputStream in = cache.open(cache.of(locked))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<Path> files() throws IOException {
    Path tarballs = directory.resolve("npm");
    if (!Files.exists(tarballs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(tarballs)) {
      return files.toList();
    }
  }

  private static LockedNpmPackage locked(String name, String content) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-512").digest(content.getBytes(StandardCharsets.UTF_8));
      return ALockedNpmPackage.of(
          "node_modules/" + name,
          "1.0.0",
          Integrity.of("sha512-" + Base64.getEncoder().encodeToString(hash)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A registry that has the packages of the test and records requests. */
  private static final class Registry implements Origin {

    private final Map<String, String> content =
        new HashMap<>(
            Map.of(
                "a@1.0.0",
                "content of a",
                "alias@1.0.0",
                "content of a",
                "b@1.0.0",
                "content of b"));
    private final List<String> asked = new ArrayList<>();
    private final Set<String> archived = new HashSet<>();
    private boolean offline;

    @Override
    public boolean isTransferred(LockedNpmPackage locked) {
      return !archived.contains(locked.id());
    }

    @Override
    public synchronized InputStream tarball(
        LockedNpmPackage locked, Supplier<NpmRegistry> registry, long most) {
      asked.add(locked.id());
      return new ByteArrayInputStream(
          content.getOrDefault(locked.id(), "").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public InputStream apk(PackageLocation location) {
      throw new AssertionError("no package was asked for");
    }

    @Override
    public InputStream index(RepositoryLocation repository, String architecture) {
      throw new AssertionError("no index was asked for");
    }

    @Override
    public boolean isOffline() {
      return offline;
    }
  }
}
