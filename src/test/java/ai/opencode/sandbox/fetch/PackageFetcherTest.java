package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages that are fetched, verified and kept. */
class PackageFetcherTest {

  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").withLink("usr/bin/t", "tool");
  private static final AnApk OTHER = AnApk.named("other").withFile("other", 0644, "other");

  @TempDir private Path folder;
  private Cache cache;
  private final AMirror mirror = new AMirror();
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void makeCache() {
    cache = new Cache(folder.resolve("cache"));
  }

  @Nested
  class APackage {

    @Test
    void isKeptAsItsSegments() throws IOException {
      FetchedPackage fetched = fetch(TOOL);

      assertThat(fetched.pkg().toRecord()).contains("P:tool\n", "A:x86_64\n");
      assertThat(fetched.control().compressed()).isEqualTo(TOOL.control());
      assertThat(fetched.data().mediaType()).isEqualTo(MediaType.LAYER_GZIP);
      assertThat(fetched.data().size()).isEqualTo(TOOL.data().length);
      assertThat(cache.blobs().read(fetched.data().digest())).isEqualTo(TOOL.data());
      FetchedPackage expected = AFetchedPackage.of(TOOL);
      assertThat(fetched.entries()).isEqualTo(expected.entries());
      assertThat(fetched.diffId()).isEqualTo(expected.diffId());
      assertThat(fetched.unpackedBytes()).isEqualTo(expected.unpackedBytes());
      assertThat(fetched.endOfArchive()).isTrue();
    }

    @Test
    void isFetchedOnce() throws IOException {
      FetchedPackage first = fetch(TOOL);
      FetchedPackage again = fetch(TOOL);

      assertThat(mirror.asked()).containsExactly("tool-1.0-r0");
      assertThat(again.pkg().toRecord()).isEqualTo(first.pkg().toRecord());
      assertThat(again.entries()).isEqualTo(first.entries());
    }

    @Test
    void isFetchedOnceByARunThatBeganEarly() throws IOException {
      PackageLocation location = mirror.with(TOOL);
      try (PackageFetcher fetcher = fetcher()) {
        fetcher.begin(List.of(location));
        fetcher.fetch(List.of(location), each -> each, (each, apk) -> apk, progress());
      }
      assertThat(mirror.asked()).hasSize(1);
    }

    @Test
    void isFetchedWithoutBeingAskedForAgain() throws Exception {
      try (PackageFetcher fetcher = fetcher()) {
        fetcher.begin(List.of(mirror.with(TOOL)));
        mirror.await();
      }
    }

    @Test
    void isFetchedAgainIfItsDataIsGone() throws IOException {
      Files.delete(cache.blobs().path(fetch(TOOL).data().digest()));
      fetch(TOOL);

      assertThat(mirror.asked()).hasSize(2);
    }

    @Test
    void isFetchedAgainIfItsDataWasCutOff() throws IOException {
      Path data = cache.blobs().path(fetch(TOOL).data().digest());
      Files.write(data, new byte[3]);
      fetch(TOOL);

      assertThat(mirror.asked()).hasSize(2);
      assertThat(data).hasBinaryContent(TOOL.data());
    }

    @Test
    void hasTheArchitectureOfEachRepositoryThatOffersIt() throws IOException {
      PackageLocation here = mirror.with(TOOL);
      PackageLocation there =
          new PackageLocation(
              here.name(),
              here.version(),
              here.repository(),
              "aarch64",
              here.size(),
              here.checksum());
      try (PackageFetcher fetcher = fetcher()) {
        assertThat(fetcher.fetch(List.of(here), each -> each, (each, apk) -> apk, progress()))
            .extracting(each -> each.pkg().architecture())
            .containsExactly("x86_64");
        assertThat(fetcher.fetch(List.of(there), each -> each, (each, apk) -> apk, progress()))
            .extracting(each -> each.pkg().architecture())
            .containsExactly("aarch64");
      }
      assertThat(mirror.asked()).hasSize(1);
    }

    @Test
    void isListedUnderItsLocationInTheCallersOrder() throws IOException {
      List<PackageLocation> locations =
          List.of(mirror.with(TOOL), mirror.with(OTHER), mirror.with(AnApk.named("a")));
      try (PackageFetcher fetcher = fetcher()) {
        List<FetchedPackage> fetched =
            fetcher.fetch(locations, each -> each, (each, apk) -> apk, progress());

        assertThat(fetched)
            .extracting(each -> each.pkg().name())
            .containsExactly("tool", "other", "a");
      }
    }
  }

  @Nested
  class Says {

    @Test
    void stepsAndBytes() throws IOException {
      List<PackageLocation> locations = List.of(mirror.with(TOOL), mirror.with(OTHER));
      try (PackageFetcher fetcher = fetcher()) {
        fetcher.fetch(locations, each -> each, (each, apk) -> apk, progress());
      }
      long all = locations.stream().mapToLong(PackageLocation::size).sum();
      assertThat(said)
          .hasSize(7)
          .startsWith("fetch 0/2", "fetch 0 of " + all)
          .anyMatch(each -> each.matches("fetch 1/2 (tool|other)-1.0-r0"))
          .anyMatch(each -> each.matches("fetch 2/2 (tool|other)-1.0-r0"))
          .contains("fetch " + all + " of " + all);
    }

    @Test
    void theBytesOfAPackageThatHasNotArrivedYet() throws IOException {
      PackageLocation large =
          mirror.with(
              AnApk.named("large").withFile("large", Attributes.of(0644), noise(2_000_000)));
      try (PackageFetcher fetcher = fetcher()) {
        fetcher.fetch(List.of(large), each -> each, (each, apk) -> apk, progress());
      }
      List<Long> amounts =
          said.stream()
              .filter(each -> each.contains(" of " + large.size()))
              .map(each -> Long.valueOf(each.split(" ", -1)[1]))
              .toList();

      assertThat(amounts).isSorted().startsWith(0L).endsWith(large.size()).hasSizeBetween(6, 12);
    }

    @Test
    void theSourceOfPackages() throws IOException {
      PackageLocation tool = mirror.with(TOOL);
      PackageLocation other = mirror.with(OTHER);
      PackageLocation large =
          mirror.with(AnApk.named("large").withFile("large", Attributes.of(0644), noise(260_000)));
      mirror.archive(other);
      assertThat(summary(List.of(other))).isEqualTo("1 package, all from the archive");
      assertThat(summary(List.of(other, large)))
          .isEqualTo("2 packages, 1 of them fetched (0.3 MB)");
      assertThat(summary(List.of(tool, other, large)))
          .isEqualTo("3 packages, 1 of them fetched (0.0 MB)");
      assertThat(summary(List.of(tool, other))).isEqualTo("2 packages, all from the cache");
      Files.delete(cache.blobs().path(fetch(OTHER).data().digest()));
      Files.delete(cache.blobs().path(fetch(TOOL).data().digest()));
      assertThat(summary(List.of(tool, other)))
          .isEqualTo("2 packages, 1 of them fetched (0.0 MB), 1 of them from the archive");
    }

    private String summary(List<PackageLocation> locations) throws IOException {
      said.clear();
      try (PackageFetcher fetcher = fetcher()) {
        fetcher.fetch(locations, each -> each, (each, apk) -> apk, progress());
      }
      return said.get(said.size() - 1).replace("done fetch ", "");
    }

    private byte[] noise(int length) {
      byte[] bytes = new byte[length];
      new Random(1).nextBytes(bytes);
      return bytes;
    }
  }

  private FetchedPackage fetch(AnApk apk) throws IOException {
    return fetch(mirror.with(apk));
  }

  private FetchedPackage fetch(PackageLocation location) throws IOException {
    try (PackageFetcher fetcher = fetcher()) {
      return fetcher.fetch(List.of(location), each -> each, (each, apk) -> apk, progress()).get(0);
    }
  }

  private PackageFetcher fetcher() {
    return new PackageFetcher(cache, mirror);
  }

  private Progress progress() {
    return new AProgress() {
      @Override
      public void step(String stage, String detail) {
        said.add(stage + " " + detail);
      }

      @Override
      public void amount(String stage, Amount amount) {
        said.add(stage + " " + amount.done() + " of " + amount.total());
      }

      @Override
      public void done(String stage, String result) {
        said.add("done " + stage + " " + result);
      }

      @Override
      public void warn(String sentence) {
        throw new AssertionError(sentence);
      }
    };
  }
}
