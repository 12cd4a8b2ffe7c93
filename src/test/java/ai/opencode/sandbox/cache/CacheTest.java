package ai.opencode.sandbox.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache.Workplace;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The directory of a cache: its owner, its temporary files and its records. */
class CacheTest {

  private static final RecordKey PLACE = new RecordKey("kind", Digest.sha256("key"));
  private static final RecordKey OTHER = new RecordKey("kind", Digest.sha256("other"));

  @TempDir private Path folder;

  @Nested
  class Permissions {

    @Test
    void areTheOwnersAlone() throws IOException {
      Cache cache = new Cache(folder.resolve("a/cache"));

      assertThat(permissions(cache.directory())).isEqualTo("rwx------");
      assertThat(permissions(cache.temporary())).isEqualTo("rwx------");
      cache.keep(PLACE, new byte[1]);
      assertThat(permissions(cache.directory().resolve("kind"))).isEqualTo("rwx------");
      assertThat(permissions(cache.directory().resolve("kind/" + PLACE.key().hex())))
          .isEqualTo("rw-------");
    }

    @Test
    void ofAnOldCacheAreClosed() throws IOException {
      Files.createDirectory(folder.resolve("blobs"));
      open("rwxrwxr-x");

      assertThat(permissions(new Cache(folder).directory())).isEqualTo("rwx------");
    }

    @Test
    void ofADirectoryWithoutBlobsStay() throws IOException {
      open("rwxr-xr-x");

      assertThat(permissions(new Cache(folder).directory())).isEqualTo("rwxr-xr-x");
    }

    @Test
    void ofOtherUsersToWriteAreRefused() throws IOException {
      open("rwxrwxrwx");

      assertThatThrownBy(() -> new Cache(folder))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "Every user can write the cache %s, so its content cannot be trusted. Choose another"
                  + " with --cache or XDG_CACHE_HOME, or delete it.",
              folder);
      assertThat(folder).isEmptyDirectory();
    }

    private void open(String permissions) throws IOException {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
    }

    private String permissions(Path path) throws IOException {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
  }

  @Nested
  class Directories {

    @Test
    void thatAreFilesAreRefused() throws IOException {
      Path file = Files.createFile(folder.resolve("file"));

      assertThatThrownBy(() -> new Cache(file.resolve("cache")))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("Cannot write the cache " + file + "/cache (")
          .hasMessageContaining("Not a directory")
          .hasMessageEndingWith(". Choose another with --cache or XDG_CACHE_HOME.");
      assertThatThrownBy(() -> new Cache(file))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith(
              "Cannot write the cache " + file + " (permission denied, or not a directory)");
    }

    @Test
    void areAbsolute() {
      assertThat(new Cache(folder).directory()).isAbsolute();
      assertThat(new Cache(folder).temporary()).isEqualTo(folder.resolve("tmp"));
    }

    @Test
    void leaveNoProbe() throws IOException {
      Cache cache = new Cache(folder);

      assertThat(folder).isDirectoryNotContaining("glob:**.part");
      assertThat(cache.temporary()).isEmptyDirectory();
    }
  }

  @Nested
  class TemporaryContent {

    @ParameterizedTest
    @CsvSource({
      "download1.part, 61m, false",
      "download1.part, 59m, true",
      "work1, 25h, false",
      "work1, 23h, true",
      "jib1, 25h, false",
      "jib1, 23h, true",
      "other, 999h, true",
    })
    void ofAKilledRunIsDeleted(String name, String age, boolean stays) throws IOException {
      Path left = new Cache(folder).temporary().resolve(name);
      if (name.endsWith(".part")) {
        Files.createFile(left);
      } else {
        Files.createFile(Files.createDirectory(left).resolve("in"));
      }
      Instant touched = Instant.now().minus(Duration.parse("PT" + age));
      Files.setLastModifiedTime(left, FileTime.from(touched));

      Path temporary = new Cache(folder).temporary();

      assertThat(Files.exists(temporary.resolve(name))).isEqualTo(stays);
    }

    @Test
    void ofAWorkplaceIsDeletedWithIt() throws IOException {
      Cache cache = new Cache(folder);
      try (Workplace work = cache.workplace()) {
        assertThat(work.directory()).isDirectory().hasParent(cache.temporary());
        Files.createFile(work.directory().resolve("a"));
      }
      assertThat(cache.temporary()).isEmptyDirectory();
    }

    @Test
    void ofADownloadIsAFileOfItsOwn() throws IOException {
      Cache cache = new Cache(folder);
      Path one = cache.temporaryFile();
      Path other = cache.temporaryFile();

      assertThat(one).isNotEqualTo(other).isEmptyFile().hasParent(cache.temporary());
      assertThat(one.toString()).endsWith(".part");
    }

    @Test
    void ofARecordIsDeleted() throws IOException {
      Cache cache = new Cache(folder);
      cache.keep(PLACE, new byte[1]);
      Files.createDirectories(folder.resolve("kind").resolve(OTHER.key().hex()).resolve("full"));
      assertThatThrownBy(() -> cache.keep(OTHER, new byte[1])).isInstanceOf(IOException.class);

      assertThat(cache.temporary()).isEmptyDirectory();
    }
  }

  @Nested
  class Records {

    @Test
    void mayBeEmpty() throws IOException {
      Cache cache = new Cache(folder);
      cache.keep(PLACE, new byte[0]);

      assertThat(cache.find(PLACE, 0)).hasValueSatisfying(all -> assertThat(all).isEmpty());
    }

    @Test
    void shorterThanTheirChecksumAreAbsent() throws IOException {
      Cache cache = new Cache(folder);
      Files.createDirectories(folder.resolve("kind"));
      Files.write(folder.resolve("kind/" + PLACE.key().hex()), new byte[31]);

      assertThat(cache.find(PLACE, 100)).isEmpty();
    }
  }

  @Nested
  class Discarding {

    @Test
    void removesABlob() throws IOException {
      Cache cache = new Cache(folder);
      Digest digest = cache.blobs().put(MediaType.LAYER, new byte[1]).digest();

      assertThat(cache.discard(cache.blobs().path(digest))).isTrue();
      assertThat(cache.blobs().contains(digest)).isFalse();
      assertThat(cache.discard(cache.blobs().path(digest)))
          .as("another process may have discarded it")
          .isTrue();
    }

    @Test
    void leavesFilesElsewhere() throws IOException {
      Cache cache = new Cache(folder.resolve("cache"));
      Digest digest = cache.blobs().put(MediaType.LAYER, new byte[1]).digest();
      Path elsewhere = Files.createFile(folder.resolve(digest.hex()));

      assertThat(cache.discard(elsewhere)).isFalse();
      assertThat(elsewhere).exists();
      assertThat(cache.blobs().contains(digest)).isTrue();
    }

    @Test
    void leavesFilesThatAreNoBlobs() throws IOException {
      Cache cache = new Cache(folder);
      cache.blobs().put(MediaType.LAYER, new byte[1]);
      Path other = cache.blobs().path(Digest.sha256("a")).resolveSibling("other");
      Files.createFile(other);

      assertThat(cache.discard(other)).isFalse();
      assertThat(other).exists();
      assertThat(cache.discard(Path.of("/"))).isFalse();
    }
  }
}
