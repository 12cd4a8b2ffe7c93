package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownLockTest {

  private static final AnApk TOOL = AnApk.named("tool");
  private static final LockFile LOCK = ALock.of(UpstreamKind.MIRROR, "small", ALock.image(TOOL));

  @TempDir private Path folder;
  private BuildSettings settings;

  @BeforeEach
  void settings() {
    settings =
        BuildSettings.standard()
            .withPlatforms(List.of(Platform.LINUX_AMD64))
            .withCache(folder.resolve("cache"))
            .withLockFile(file(), false);
  }

  @Nested
  class Read {

    @Test
    void usesTheFile() throws Exception {
      LOCK.write(file());

      KnownLock known = read(using(true));

      assertThat(known.name()).isEqualTo(file().toString());
      assertThat(known.written()).contains(LOCK);
      assertThat(known.used()).contains(LOCK);
      assertThat(known.archived()).isEmpty();
      assertThat(known.isStrict()).isTrue();
    }

    @Test
    void usesNothingWithoutAFile() throws Exception {
      KnownLock known = read(using(false));

      assertThat(known.used()).isEmpty();
      assertThat(known.written()).isEmpty();
      assertThat(known.isStrict()).isFalse();
    }

    @Test
    void refusesStrictnessWithoutAFile() {
      assertThatThrownBy(() -> read(using(true)))
          .isInstanceOf(LockException.class)
          .hasMessage(
              "--locked needs the lock file "
                  + file()
                  + ", which does not exist. Write it with \"opencode-sandbox lock\". The stand-in has"
                  + " no lock: leave --locked out to build from it.");
    }

    @Test
    void refusesAMalformedFile() throws Exception {
      Files.writeString(file(), "{");

      assertThatThrownBy(() -> read(using(false))).isInstanceOf(LockException.class);
    }

    @Test
    void ignoresTheFileWhereAllIsResolvedAnew() throws Exception {
      Files.writeString(file(), "{");

      KnownLock known = read(new LockMode.Fresh(Optional.empty()));

      assertThat(known.name()).isEqualTo("the lock");
      assertThat(known.written()).isEmpty();
      assertThat(known.used()).isEmpty();
      assertThat(known.isStrict()).isFalse();
    }

    @Test
    void usesNothingForAnUpdate() throws Exception {
      Files.writeString(file(), "{");

      KnownLock known = read(new LockMode.Update(LOCK, Set.of("tool")));

      assertThat(known.written()).isEmpty();
      assertThat(known.used()).isEmpty();
    }

    private KnownLock read(LockMode mode) throws Exception {
      return KnownLock.read(mode, settings, Optional.empty());
    }
  }

  @Nested
  class ReadWithAnArchive {

    private ArchivePlace.Directory place;
    private InputArchive archive;

    @BeforeEach
    void archive() throws Exception {
      place = new ArchivePlace.Directory(folder.resolve("archive"));
      settings = settings.withUpstream(new UpstreamChoice.Archive(place));
      archive = AnArchive.in(place).write(LOCK);
    }

    @Test
    void usesTheArchivesLockWithoutAFile() throws Exception {
      settings = settings.withAcceptArchiveLock(true);

      KnownLock known = read(using(true));

      assertThat(known.name()).isEqualTo("the lock in " + place);
      assertThat(known.used()).contains(LOCK);
      assertThat(known.written()).isEmpty();
      assertThat(known.isStrict()).isTrue();
      assertThat(known.archived().orElseThrow().upstream()).isEqualTo(UpstreamKind.MIRROR);
    }

    @Test
    void prefersTheFile() throws Exception {
      LockFile own = ALock.of(UpstreamKind.OFFICIAL, "small", ALock.image(TOOL.version("2.0-r0")));
      own.write(file());

      KnownLock known = read(using(false));

      assertThat(known.name()).isEqualTo(file().toString());
      assertThat(known.used()).contains(own);
      assertThat(known.archived().orElseThrow().own()).isEqualTo(own);
      assertThat(known.archived().orElseThrow().upstream()).isEqualTo(UpstreamKind.OFFICIAL);
    }

    @Test
    void takesTheUpdatedLockForTheUsersOwn() throws Exception {
      LockFile kept = ALock.of(UpstreamKind.OFFICIAL, "small", ALock.image(TOOL));

      KnownLock known = read(new LockMode.Update(kept, Set.of("tool")));

      assertThat(known.archived().orElseThrow().own()).isEqualTo(kept);
      assertThat(known.used()).isEmpty();
    }

    @Test
    void usesNoLockForAFreshResolution() throws Exception {
      LOCK.write(file());

      KnownLock known = read(new LockMode.Fresh(Optional.empty()));

      assertThat(known.used()).isEmpty();
      assertThat(known.archived().orElseThrow().own()).isNull();
    }

    private KnownLock read(LockMode mode) throws Exception {
      return KnownLock.read(mode, settings, Optional.of(archive));
    }
  }

  @Nested
  class SettlesUpstream {

    private final Reference official = Reference.of("docker.io/library/alpine");
    private Cache cache;
    private LockFile lock;

    @BeforeEach
    void lock() {
      cache = new Cache(folder.resolve("cache"));
      lock = ALock.of(UpstreamKind.OFFICIAL, "small", base(Digest.sha256("elsewhere")));
    }

    @Test
    void ofAStrictBuild() {
      assertThat(settles(known(using(true), lock), false)).isTrue();
    }

    @Test
    void ofAnOfflineBuild() {
      assertThat(settles(known(using(false), lock), true)).isTrue();
      assertThat(settles(known(using(false), lock), false)).isFalse();
    }

    @Test
    void withItsBaseInTheCache() throws Exception {
      byte[] manifest = "manifest".getBytes(StandardCharsets.UTF_8);
      cache.blobs().put(MediaType.MANIFEST, manifest);
      KnownLock known =
          known(
              using(false),
              ALock.of(UpstreamKind.OFFICIAL, "small", base(Digest.sha256(manifest))));

      assertThat(settles(known, false)).isTrue();
      assertThat(known.settlesUpstream(Platform.LINUX_ARM64, false, cache)).isFalse();
    }

    @Test
    void butNotWithoutABase() {
      assertThat(
              settles(
                  known(using(false), ALock.of(UpstreamKind.OFFICIAL, "small", base(null))), false))
          .isFalse();
    }

    @Test
    void butNotIfItIsMissing() {
      KnownLock known =
          new KnownLock(
              using(true), "the.lock", Optional.empty(), Optional.empty(), Optional.empty());

      assertThat(settles(known, true)).isFalse();
    }

    @Test
    void butNotOfAnotherUpstream() {
      LockFile mirror = ALock.of(UpstreamKind.MIRROR, "small", base(Digest.sha256("elsewhere")));

      assertThat(settles(known(using(true), mirror), true)).isFalse();
    }

    @Test
    void thatIsUpdatedInPart() {
      LockFile kept = lock.with("small", Platform.LINUX_AMD64, ALock.image(TOOL));
      KnownLock known =
          new KnownLock(
              new LockMode.Update(kept, Set.of("tool")),
              "the lock",
              Optional.empty(),
              Optional.empty(),
              Optional.empty());

      assertThat(settles(known, true)).isTrue();
      assertThat(settles(known, false)).isFalse();
    }

    private LockedImage base(@Nullable Digest manifest) {
      return new LockedImage(
          new LockedBase(
              official.withoutDigest().withDigest(ALock.BASE_ROOT),
              manifest,
              ALock.image().keys(),
              BasePackages.UPGRADE),
          List.of(),
          List.of(),
          List.of(),
          null,
          null);
    }

    private boolean settles(KnownLock known, boolean offline) {
      return known.settlesUpstream(Platform.LINUX_AMD64, offline, cache);
    }
  }

  @Test
  void completesNoInputsOfTheStandIn() {
    InputSettings inputs =
        settings
            .withBase(Reference.of("registry.example/other"))
            .withUpstream(UpstreamChoice.STAND_IN)
            .inputs();
    KnownLock strict = known(using(true), LOCK);

    assertThat(strict.completed(inputs, Platform.LINUX_AMD64).inputs()).isEqualTo(inputs);
    assertThatThrownBy(
            () ->
                strict.completed(inputs.withUpstream(UpstreamChoice.MIRROR), Platform.LINUX_AMD64))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("registry.example/other");
  }

  @Test
  void passesItsNameAndStrictnessOn() {
    LockCheck check = known(using(true), LOCK).check(Progress.silent());

    assertThat(check.lock()).isEqualTo("the.lock");
    assertThat(check.locked()).isTrue();
    assertThat(check.reproducible()).isEqualTo(Gzip.isReproducible());
    assertThat(known(using(false), LOCK).check(Progress.silent()).locked()).isFalse();
  }

  private static KnownLock known(LockMode mode, LockFile lock) {
    return new KnownLock(mode, "the.lock", Optional.of(lock), Optional.of(lock), Optional.empty());
  }

  private LockMode using(boolean strict) {
    return new LockMode.Use(Optional.of(file()), strict, false);
  }

  private Path file() {
    return folder.resolve("sandbox.lock.json");
  }
}
