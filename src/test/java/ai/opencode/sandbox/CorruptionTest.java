package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.Cache;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.fetch.PackageLocation;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.report.Progress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One bit that is not as it was signed, anywhere: refused, or without any effect. Which bits is the
 * same in every run.
 */
class CorruptionTest {

  private static final int PLACES_IN_A_PACKAGE = 600;
  private static final int PLACES_IN_AN_INDEX = 400;
  private static final int PLACES_IN_A_CACHED_FILE = 4;

  private static final AnApk TOOL =
      AnApk.named("tool")
          .script("post-install", "#!/bin/sh\nexit 0\n")
          .withFile("usr/bin/tool", 0755, noise(6000))
          .withFile("etc/tool.conf", 0644, "setting=1\n")
          .withLink("usr/bin/alias", "tool")
          .signed(ASmallUpstream.KEY);

  private final Random random = new Random(20_240_923);

  @TempDir private Path folder;

  @Test
  void noBitOfAPackageChangesUnnoticed() throws IOException {
    byte[] sound = TOOL.bytes();
    FetchedPackage expected = fetched(sound, folder.resolve("sound"));
    int refused = 0;
    for (int i = 0; i < PLACES_IN_A_PACKAGE; i++) {
      int place = random.nextInt(sound.length);
      try {
        FetchedPackage same = fetched(flipped(sound, place), folder.resolve("damaged" + i));
        // The index names the control segment by its checksum, so nobody asks for this signature.
        assertThat(place).as("a place that nobody misses").isLessThan(TOOL.signature().length);
        assertThat(same.pkg().toRecord()).isEqualTo(expected.pkg().toRecord());
        assertThat(same.control().compressed()).isEqualTo(expected.control().compressed());
        assertThat(same.data()).isEqualTo(expected.data());
        assertThat(same.diffId()).isEqualTo(expected.diffId());
        assertThat(same.entries()).isEqualTo(expected.entries());
      } catch (VerificationException e) {
        assertThat(e).as("place %d", place).hasMessageContaining("tool-1.0-r0");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(PLACES_IN_A_PACKAGE / 2);
  }

  @Test
  void noBitOfAnIndexChangesUnnoticed() throws IOException {
    ARepository repository = ARepository.in(folder).signed(ASmallUpstream.KEY);
    for (int i = 0; i < 30; i++) {
      repository = repository.with(AnApk.named("package" + i).depends("package" + (i + 1)));
    }
    byte[] sound = repository.index();
    List<String> expected = index(sound);
    int refused = 0;
    for (int i = 0; i < PLACES_IN_AN_INDEX; i++) {
      int place = random.nextInt(sound.length);
      try {
        assertThat(index(flipped(sound, place))).as("place %d", place).isEqualTo(expected);
      } catch (VerificationException e) {
        assertThat(e).as("place %d", place).hasMessageContaining("APKINDEX.tar.gz");
        refused++;
      }
    }
    // What is left is the heading of the signature's gzip member: time, system, flags.
    assertThat(refused).isGreaterThan(PLACES_IN_AN_INDEX * 9 / 10);
  }

  @Test
  void noBitOfTheCacheChangesAnImage() throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder.resolve("upstream"), TOOL)) {
      Path lock = folder.resolve("lock.json");
      BuildSettings settings = upstream.settings().withLockFile(lock, false);
      Descriptor sound = build(settings, folder.resolve("sound"));
      List<Path> files;
      try (Stream<Path> all = Files.walk(upstream.cache())) {
        files = all.filter(Files::isRegularFile).sorted().toList();
      }
      assertThat(files).hasSizeGreaterThan(8);
      int number = 0;
      for (Path file : files) {
        byte[] content = Files.readAllBytes(file);
        for (int i = 0; i < PLACES_IN_A_CACHED_FILE && content.length > 0; i++) {
          Files.delete(file); // it may be the same file as one of an image that was sent
          Files.write(file, flipped(content, random.nextInt(content.length)));
          Path images = folder.resolve("images" + number++);
          try {
            assertThat(build(settings, images).digest()).as("%s", file).isEqualTo(sound.digest());
            OciLayout layout = new OciLayout(images);
            for (Digest digest : OciLayout.reachable(layout.blobs(), sound)) {
              layout.blobs().verify(digest);
            }
          } catch (VerificationException e) {
            assertThat(e).as("%s", file).hasMessageContaining(file.getFileName().toString());
          }
          Files.deleteIfExists(file);
          Files.write(file, content);
        }
      }
    }
  }

  private static Descriptor build(BuildSettings settings, Path images) throws IOException {
    SandboxBuilder builder = new SandboxBuilder(settings, Progress.silent());
    List<BuiltImage> built = builder.build(List.of(ASmallUpstream.image("tool")));
    builder.send(built, Target.of("oci:" + images));
    return built.get(0).index();
  }

  private static FetchedPackage fetched(byte[] bytes, Path place) throws IOException {
    Path architecture = Files.createDirectories(place.resolve("x86_64"));
    Files.write(architecture.resolve(TOOL.fileName()), bytes);
    PackageLocation location =
        new PackageLocation(
            "tool",
            TOOL.toPackage().version().toString(),
            place.toString(),
            "x86_64",
            TOOL.bytes().length,
            TOOL.toPackage().checksum());
    Cache cache = new Cache(place.resolve("cache"));
    try (PackageFetcher fetcher =
        new PackageFetcher(cache, new Download(false), Progress.silent())) {
      FetchedPackage apk = fetcher.fetch(List.of(location)).get(0);
      cache.blobs().verify(apk.data().digest());
      return apk;
    }
  }

  /** The records of an index. */
  private static List<String> index(byte[] bytes) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    return SignedIndex.read(in, "APKINDEX.tar.gz", ASigningKey.ring(ASmallUpstream.KEY))
        .packages()
        .stream()
        .map(ApkPackage::toRecord)
        .toList();
  }

  private byte[] flipped(byte[] bytes, int place) {
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    copy[place] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  private static String noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(1).nextBytes(noise);
    return new String(Base64.getEncoder().encode(noise), StandardCharsets.US_ASCII);
  }
}
