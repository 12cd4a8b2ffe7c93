package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.InputRecorder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupplyTest {

  private static final LockFile LOCK =
      ALock.of(UpstreamKind.MIRROR, "small", ALock.image(AnApk.named("tool")));

  @TempDir private Path folder;
  private final AProgressLog log = new AProgressLog();
  private ArchivePlace.Directory place;
  private Cache cache;

  @BeforeEach
  void places() {
    place = new ArchivePlace.Directory(folder.resolve("archive"));
    cache = new Cache(folder.resolve("cache"));
  }

  @Test
  void comesFromTheNetworkWithoutAnArchive() throws Exception {
    Supply supply = supply(BuildSettings.standard());

    assertThat(supply.archive()).isEmpty();
    assertThat(supply.origin().isOffline()).isFalse();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void comesFromNowhereElseOffline() throws Exception {
    Supply supply = supply(BuildSettings.standard().withOffline(true));

    assertThat(supply.origin().isOffline()).isTrue();
    assertThatThrownBy(
            () ->
                supply
                    .origin()
                    .index(new RepositoryLocation("https://registry.invalid/main"), "x86_64"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("--offline");
  }

  @Test
  void comesFromTheArchiveThatIsNamed() throws Exception {
    AnArchive.in(place).write(LOCK);

    Supply supply = supply(fromArchive());

    assertThat(supply.origin()).isSameAs(supply.archive().orElseThrow());
    assertThat(supply.archive().orElseThrow().lock()).isEqualTo(LOCK);
    assertThat(log.lines()).containsExactly("step upstream: opening the archive " + place);
  }

  @Test
  void refusesAnArchiveThatIsNotThere() {
    assertThatThrownBy(() -> supply(fromArchive()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no archive of inputs in " + place);
  }

  @Test
  void refusesAnotherBaseOrRepositoryBesideAnArchive() throws Exception {
    AnArchive.in(place).write(LOCK);

    for (BuildSettings settings :
        List.of(
            fromArchive().withBase(ALock.BASE),
            fromArchive().withRepositories(List.of("/repository")))) {
      assertThatThrownBy(() -> supply(settings))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith(
              "The archive " + place + " has its own base image and repositories");
    }
  }

  @Test
  void tellsItsWatcherOfTheUpstream() {
    List<Upstream> told = new ArrayList<>();
    Upstream upstream = upstream("/main");

    new Supply(new AnOrigin(), Optional.empty(), told::add).chosen(upstream);

    assertThat(told).containsExactly(upstream);
  }

  @Test
  void numbersRepositoriesInARecorder() throws Exception {
    InputArchive archive = AnArchive.in(place).write(LOCK);
    BlobStore store = new BlobStore(folder.resolve("store"));
    ArchivePlace.Directory copy = new ArchivePlace.Directory(folder.resolve("copy"));
    InputRecorder recorder = new InputRecorder(new AnOrigin(), store, copy);
    Supply supply = new Supply(archive, Optional.of(archive), upstream -> {}).through(recorder);

    supply.chosen(upstream("/main", "/community"));

    recorder.write(recorder.finish(LOCK), copy);
    assertThat(supply.origin()).isSameAs(recorder);
    assertThat(supply.archive()).contains(archive);
    assertThat(
            supply(BuildSettings.standard().withUpstream(new UpstreamChoice.Archive(copy)))
                .archive()
                .orElseThrow()
                .repositories())
        .extracting(RepositoryLocation::text)
        .containsExactly("/main", "/community");
  }

  private static Upstream upstream(String... repositories) {
    return new Upstream(
        UpstreamKind.MIRROR,
        new Upstream.RegistryBase(ALock.BASE),
        Stream.of(repositories).map(RepositoryLocation::new).toList());
  }

  private BuildSettings fromArchive() {
    return BuildSettings.standard().withUpstream(new UpstreamChoice.Archive(place));
  }

  private Supply supply(BuildSettings settings) throws Exception {
    return Supply.of(settings, cache, log);
  }
}
