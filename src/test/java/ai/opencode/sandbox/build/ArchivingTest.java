package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ArchivingTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk UNUSED = AnApk.named("unused");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");

  @TempDir private Path folder;
  private final AProgressLog log = new AProgressLog();
  private ASmallUpstream upstream;
  private BuildSettings settings;
  private ArchivePlace.Directory place;

  @BeforeEach
  void start() throws Exception {
    upstream = ASmallUpstream.in(folder.resolve("upstream"), TOOL, UNUSED);
    settings = upstream.settings().withLockFile(file(), false);
    place = new ArchivePlace.Directory(folder.resolve("archive"));
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void holdsWhatTheLockNamesAndIndexBaseAndKeys() throws Exception {
    LockFile lock = lock();

    Archived archived = archive(place);

    InputArchive archive = open(place);
    assertThat(archive.lock()).isEqualTo(lock);
    assertThat(archive.repositories())
        .containsExactly(new RepositoryLocation(upstream.repository().toString()));
    assertThat(archive.files().keySet())
        .contains(
            "keys/x86_64/" + ASmallUpstream.KEY.name(),
            "repository-1/x86_64/APKINDEX.tar.gz",
            "repository-1/x86_64/tool-1.0-r0.apk",
            "sandbox.lock.json")
        .noneMatch(title -> title.contains("unused"));
    assertThat(archive.files().keySet().stream().filter(title -> title.startsWith("base/")))
        .hasSize(3);
    assertThat(archive.has(lock.base(Platform.LINUX_AMD64).orElseThrow())).isTrue();
    assertThat(archived.place()).isEqualTo(place);
    assertThat(
            open(new ArchivePlace.Directory(folder.resolve("archive"), archived.digest())).lock())
        .isEqualTo(lock);
    assertThat(archived.files()).isEqualTo(7);
    // The list of repositories is a blob too.
    assertThat(archived.bytes())
        .isCloseTo(
            archive.files().values().stream().mapToLong(Descriptor::size).sum(), within(100L));
    assertThat(archived.sentBlobs()).isEmpty();
  }

  @Test
  void readsEverythingThoughTheCacheHasIt() throws Exception {
    lock();
    Files.delete(upstream.file(TOOL));

    assertThatThrownBy(() -> archive(place))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("tool-1.0-r0.apk is gone");
  }

  @Test
  void saysThatItTakesFromAnOlderArchiveWhatThatHas() throws Exception {
    lock();

    archive(place);
    assertThat(log.lines("done fetch"))
        .endsWith("done fetch: 1 package, 1 of them fetched (0.0 MB)");
    archive(place);
    assertThat(log.lines("done fetch")).endsWith("done fetch: 1 package, all from the archive");
  }

  @Test
  void leavesNothingInTheCache() throws Exception {
    lock();

    archive(place);

    try (Stream<Path> left = Files.list(upstream.cache().resolve("tmp"))) {
      assertThat(left.filter(each -> each.getFileName().toString().startsWith("work"))).isEmpty();
    }
  }

  @Test
  void isSentToARegistry() throws Exception {
    lock();
    try (EmbeddedRegistry registry =
        EmbeddedRegistry.start(new BlobStore(folder.resolve("target")))) {
      Reference target = Reference.of(registry.address() + "/team/inputs:1");

      Archived archived = archive(new ArchivePlace.InRegistry(target));

      assertThat(archived.place()).isEqualTo(new ArchivePlace.InRegistry(target));
      assertThat(archived.files()).isEqualTo(7);
      assertThat(archived.sentBlobs()).hasValue(8);
      assertThat(open(new ArchivePlace.InRegistry(target)).lock().images()).contains("small");
    }
  }

  @Test
  void refusesTheStandIn() {
    settings = settings.withUpstream(UpstreamChoice.STAND_IN);

    assertThatThrownBy(() -> archive(place))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("The stand-in is different on each machine");
  }

  @Test
  void refusesPlacesOfContentThatExists() throws Exception {
    lock();
    Digest digest = Digest.sha256("archive");

    for (ArchivePlace pinned :
        List.of(
            new ArchivePlace.Directory(folder.resolve("archive"), digest),
            new ArchivePlace.InRegistry(Reference.of("localhost:1/inputs").withDigest(digest)))) {
      assertThatThrownBy(() -> archive(pinned))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith(pinned + " names existing content");
    }
  }

  @Test
  void needsALockFile() {
    assertThatThrownBy(() -> archive(place))
        .isInstanceOf(LockException.class)
        .hasMessageStartingWith("There is no lock file " + file());

    settings = settings.withLockFile(null, false);
    assertThatThrownBy(() -> archive(place))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Name the lock with --lock");
  }

  @Test
  void refusesImagesThatTheLockDoesNotSettle() throws Exception {
    lock();

    assertThatThrownBy(() -> archiving().archive(cache(), List.of(IMAGE.withName("other")), place))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("has no other for linux/amd64");
  }

  private LockFile lock() throws Exception {
    LockFile lock =
        new Builds(settings, ArchivingTest::noRegistry, log)
            .lock(cache(), List.of(IMAGE), Optional.empty());
    lock.write(file());
    return lock;
  }

  private Archived archive(ArchivePlace target) throws Exception {
    return archiving().archive(cache(), List.of(IMAGE), target);
  }

  private Archiving archiving() {
    return new Archiving(settings, ArchivingTest::noRegistry, log);
  }

  private static NpmRegistry noRegistry() {
    throw new AssertionError("no registry");
  }

  private InputArchive open(ArchivePlace target) throws Exception {
    return InputArchive.open(target, cache(), settings.registries());
  }

  private Path file() {
    return folder.resolve("sandbox.lock.json");
  }

  private Cache cache() {
    return new Cache(settings.cache());
  }
}
