package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivedInputsTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final LockedImage IMAGE = ALock.image(AnApk.named("tool"));
  private static final LockFile LOCK =
      ALock.of(UpstreamKind.MIRROR, "small", IMAGE.withResult(Digest.sha256("result")))
          .withNewest(AMD64, new RepositoryLocation("/repository"), 7);

  @TempDir private Path folder;
  private ArchivePlace.Directory place;
  private InputArchive archive;
  private BuildSettings settings;

  @BeforeEach
  void archive() throws Exception {
    place = new ArchivePlace.Directory(folder.resolve("archive"));
    settings =
        BuildSettings.standard()
            .withPlatforms(List.of(AMD64))
            .withUpstream(new UpstreamChoice.Archive(place))
            .withLockFile(folder.resolve("own.json"), false);
    write(LOCK);
  }

  @Nested
  class WithoutALockOfOnesOwn {

    @Test
    void areLabelledArchiveAndWarnedOf() throws Exception {
      ArchivedInputs inputs = inputs(Optional.empty());

      assertThat(inputs.upstream()).isEqualTo(UpstreamKind.ARCHIVE);
      assertThat(inputs.own()).isNull();
      assertThat(inputs.warning())
          .startsWith("Only the archive " + place + " itself states where its content comes from")
          .contains("--lock", "--accept-archive-lock");
    }

    @Test
    void areWhatTheArchiveSaysWhereThatIsAccepted() throws Exception {
      settings = settings.withAcceptArchiveLock(true);

      assertThat(inputs(Optional.empty()))
          .isEqualTo(new ArchivedInputs(archive, UpstreamKind.MIRROR, null, null));
    }

    @Test
    void areNotAcceptedWhereTheArchiveDoesNotKnowEither() throws Exception {
      write(ALock.of(UpstreamKind.ARCHIVE, "small", IMAGE));
      settings = settings.withAcceptArchiveLock(true);

      ArchivedInputs inputs = inputs(Optional.empty());

      assertThat(inputs.upstream()).isEqualTo(UpstreamKind.ARCHIVE);
      assertThat(inputs.warning()).doesNotContain("--accept-archive-lock");
    }

    @Test
    void areNotOfficialForSayingSo() throws Exception {
      write(ALock.of(UpstreamKind.OFFICIAL, "small", IMAGE));

      assertThat(inputs(Optional.empty()).upstream()).isEqualTo(UpstreamKind.ARCHIVE);
    }
  }

  @Nested
  class WithALockOfOnesOwn {

    @Test
    void areWhatThatSays() throws Exception {
      LockFile own = ALock.of(UpstreamKind.OFFICIAL, "small", IMAGE);

      assertThat(inputs(Optional.of(own)))
          .isEqualTo(new ArchivedInputs(archive, UpstreamKind.OFFICIAL, own, null));
    }

    @Test
    void areWarnedOfWhereThatCameFromAnArchive() throws Exception {
      ArchivedInputs inputs = inputs(Optional.of(ALock.of(UpstreamKind.ARCHIVE, "small", IMAGE)));

      assertThat(inputs.upstream()).isEqualTo(UpstreamKind.ARCHIVE);
      assertThat(inputs.warning())
          .startsWith(folder.resolve("own.json") + " was written from an archive of inputs")
          .contains("delete this one");
    }

    @Test
    void areRefusedWhereThatLacksAPlatform() {
      settings = settings.withPlatforms(List.of(AMD64, Platform.LINUX_ARM64));

      assertThatThrownBy(() -> inputs(Optional.of(LOCK)))
          .isInstanceOf(LockException.class)
          .hasMessageContaining(folder.resolve("own.json") + " has no inputs for linux/arm64")
          .hasMessageContaining("the archive " + place);
    }
  }

  @Nested
  class On {

    @Test
    void isTheUpstreamWithTheArchivesBase() throws Exception {
      settings = settings.withAcceptArchiveLock(true);

      Upstream upstream = inputs(Optional.empty()).on(AMD64);

      assertThat(upstream.kind()).isEqualTo(UpstreamKind.MIRROR);
      assertThat(upstream.locations())
          .extracting(RepositoryLocation::text)
          .containsExactly("/main", "/community");
      Upstream.ArchivedBase base = (Upstream.ArchivedBase) upstream.base();
      assertThat(base.reference()).isEqualTo(ALock.BASE.withDigest(ALock.BASE_ROOT));
      assertThat(base.name()).isEqualTo("registry.example/alpine");
    }

    @Test
    void namesTheArchiveIfTheBaseIsUnknown() throws Exception {
      assertThat(inputs(Optional.empty()).on(AMD64).base().name()).isEqualTo("archive");
    }

    @Test
    void takesTheBaseOfTheOwnLock() throws Exception {
      Digest other = Digest.sha256("other index");
      LockFile own = ALock.of(UpstreamKind.MIRROR, "small", on(other));

      Upstream.ArchivedBase base =
          (Upstream.ArchivedBase) inputs(Optional.of(own)).on(AMD64).base();

      assertThat(base.reference()).isEqualTo(ALock.BASE.withDigest(other));
    }

    @Test
    void refusesABaseThatTheArchiveLacks() throws Exception {
      Digest unknown = Digest.sha256("unknown");
      ArchivedInputs inputs =
          inputs(Optional.of(ALock.of(UpstreamKind.MIRROR, "small", on(unknown))));

      assertThatThrownBy(() -> inputs.on(AMD64))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("does not have the base image " + ALock.BASE.withDigest(unknown));
    }

    @Test
    void refusesAPlatformThatTheArchiveLacks() throws Exception {
      ArchivedInputs inputs = inputs(Optional.empty());

      assertThatThrownBy(() -> inputs.on(Platform.LINUX_ARM64))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("has no inputs for linux/arm64, only for linux/amd64");
    }

    private LockedImage on(Digest base) {
      return new LockedImage(
          new LockedBase(ALock.BASE.withDigest(base), base, IMAGE.keys(), BasePackages.UPGRADE),
          IMAGE.requested(),
          IMAGE.packages(),
          List.of(),
          null,
          null);
    }
  }

  @Nested
  class TheirLock {

    @Test
    void isTheArchivesWhereItIsBelieved() throws Exception {
      settings = settings.withAcceptArchiveLock(true);

      assertThat(inputs(Optional.empty()).lock()).isEqualTo(LOCK);
    }

    @Test
    void expectsNoResultsWhereImagesAreLabelledOtherwise() throws Exception {
      assertThat(inputs(Optional.empty()).lock())
          .isEqualTo(
              ALock.of(UpstreamKind.ARCHIVE, "small", IMAGE)
                  .withNewest(AMD64, new RepositoryLocation("/repository"), 7));
    }
  }

  private void write(LockFile lock) throws Exception {
    archive =
        AnArchive.in(place)
            .withBase("base index")
            .withBase("other index")
            .withRepository("/main")
            .withRepository("/community")
            .write(lock);
  }

  private ArchivedInputs inputs(Optional<LockFile> own) throws Exception {
    return ArchivedInputs.of(settings, archive, own);
  }
}
