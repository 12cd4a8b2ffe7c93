package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.Upstream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockSessionTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final AnApk TOOL = AnApk.named("tool");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final PlannedImage NODE = new PlannedImage(AMD64, IMAGE, null);
  private static final LockedImage ENTRY = ALock.image(TOOL);
  private static final LockFile LOCK = ALock.of(UpstreamKind.MIRROR, "small", ENTRY);
  private static final LockedInputs INPUTS =
      new LockedInputs(Dependency.listOf("tool"), ALock.BASE_MANIFEST, Optional.empty(), null);
  private static final LockedInputs OTHER_INPUTS =
      new LockedInputs(Dependency.listOf("other"), ALock.BASE_MANIFEST, Optional.empty(), null);
  private static final Digest RECORDS = Digest.sha256("records");
  private static final Digest ONE = Digest.sha256("one");
  private static final Digest OTHER = Digest.sha256("other");

  @TempDir private Path folder;
  private final AProgressLog log = new AProgressLog();

  @Nested
  class Begin {

    @Test
    void takesWhatIsLockedForTheUpstream() {
      assertThat(begin(using(), LOCK, UpstreamKind.MIRROR).outcome()).isEqualTo(LOCK);
    }

    @Test
    void takesNothingThatIsLockedForAnother() {
      assertThat(begin(using(), LOCK, UpstreamKind.OFFICIAL).outcome())
          .isEqualTo(LockFile.empty(UpstreamKind.OFFICIAL));
    }

    @Test
    void takesNothingWhereNothingIsLocked() {
      assertThat(begin(using(), null, UpstreamKind.MIRROR).outcome())
          .isEqualTo(LockFile.empty(UpstreamKind.MIRROR));
      assertThat(begin(new LockMode.Fresh(Optional.empty()), null, UpstreamKind.MIRROR).outcome())
          .isEqualTo(LockFile.empty(UpstreamKind.MIRROR));
    }

    @Test
    void refusesAStrictLockOfAnotherUpstream() {
      assertThatThrownBy(() -> begin(strict(), LOCK, UpstreamKind.OFFICIAL))
          .isInstanceOf(LockException.class)
          .hasMessage(
              "--locked: the.lock is for the upstream mirror, but this build uses official. Build"
                  + " from the lock's upstream with --upstream.");
    }

    @Test
    void refusesToLockTheStandIn() {
      assertThatThrownBy(
              () -> begin(new LockMode.Fresh(Optional.empty()), null, UpstreamKind.STAND_IN))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("The stand-in is different on each machine, so it has no lock");
    }

    @Test
    void buildsFromTheStandIn() {
      assertThat(begin(using(), LOCK, UpstreamKind.STAND_IN).outcome())
          .isEqualTo(LockFile.empty(UpstreamKind.STAND_IN));
    }

    @Test
    void saysOnceThatALockDoesNotCountForTheStandIn() {
      begin(using(), LOCK, UpstreamKind.STAND_IN);

      assertThat(log.lines())
          .containsExactly(
              "warn the.lock is ignored, because the stand-in has no lock. Use --upstream official"
                  + " or mirror to build from the lock.");
    }

    @Test
    void saysNothingOfALockThatIsNotThere() {
      begin(using(), null, UpstreamKind.STAND_IN);

      assertThat(log.lines()).isEmpty();
    }

    @Test
    void refusesToUpdateALockOfAnotherUpstreamInPart() {
      assertThatThrownBy(() -> begin(update(LOCK), null, UpstreamKind.OFFICIAL))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "The lock is for the upstream mirror, not for official, so no part of it can be"
                  + " updated. Name that upstream with --upstream, or update all packages.");
    }

    @Test
    void beginsAPartialUpdateEmpty() {
      assertThat(begin(update(LOCK), null, UpstreamKind.MIRROR).outcome())
          .isEqualTo(LockFile.empty(UpstreamKind.MIRROR));
    }
  }

  @Nested
  class Base {

    private final Reference locked = ALock.BASE.withDigest(ALock.BASE_ROOT);
    private final Reference pinned = ALock.BASE.withDigest(OTHER);

    @Test
    void isTheLockedOneOfTheSameTag() {
      assertThat(base(using(), LOCK, ALock.BASE)).isEqualTo(locked);
    }

    @Test
    void isTheNamedOneWhereTheLockHasAnotherTag() {
      assertThat(base(using(), LOCK, ALock.BASE.withTag("4"))).isEqualTo(ALock.BASE.withTag("4"));
    }

    @Test
    void isTheNamedOneWhereItIsPinned() {
      assertThat(base(using(), LOCK, pinned)).isEqualTo(pinned);
    }

    @Test
    void isTheNamedOneWhereTheLockHasNone() {
      assertThat(base(using(), null, ALock.BASE)).isEqualTo(ALock.BASE);
      assertThat(base(update(withoutBase()), null, ALock.BASE)).isEqualTo(ALock.BASE);
    }

    @Test
    void isTheKeptOneWhereTheLockIsUpdatedInPart() {
      assertThat(base(update(LOCK), null, ALock.BASE.withTag("4"))).isEqualTo(locked);
      assertThat(base(update(LOCK), null, pinned)).isEqualTo(locked);
    }

    @Test
    void isTheNamedOneOfAnotherPlatform() {
      LockSession session = begin(using(), LOCK, upstream(UpstreamKind.MIRROR, ALock.BASE));

      assertThat(session.base(Platform.LINUX_ARM64, upstream(UpstreamKind.MIRROR, ALock.BASE)))
          .isEqualTo(new Upstream.RegistryBase(ALock.BASE));
    }

    @Test
    void isThatOfThePlatformsOwnUpstream() {
      Upstream.LayoutBase layout =
          new Upstream.LayoutBase("alpine", folder, Descriptor.of(MediaType.MANIFEST, ONE, 7));
      LockSession session = begin(using(), null, upstream(UpstreamKind.MIRROR, ALock.BASE));

      assertThat(
              session.base(
                  Platform.LINUX_ARM64, new Upstream(UpstreamKind.MIRROR, layout, List.of())))
          .isSameAs(layout);
    }

    @Test
    void isTheUpstreamsWhereNoRegistryHasIt() {
      Upstream.LayoutBase layout =
          new Upstream.LayoutBase("alpine", folder, Descriptor.of(MediaType.MANIFEST, ONE, 7));
      Upstream upstream = new Upstream(UpstreamKind.MIRROR, layout, List.of());

      assertThat(begin(using(), LOCK, upstream).base(AMD64, upstream)).isSameAs(layout);
      assertThat(begin(update(LOCK), null, upstream).base(AMD64, upstream)).isSameAs(layout);
    }

    private LockFile withoutBase() {
      return ALock.of(
          UpstreamKind.MIRROR,
          "small",
          new LockedImage(null, List.of(), ENTRY.packages(), List.of(), null, null));
    }

    private Reference base(LockMode mode, @Nullable LockFile lock, Reference named) {
      Upstream upstream = upstream(UpstreamKind.MIRROR, named);
      LockSession session = begin(mode, lock, upstream);
      return ((Upstream.RegistryBase) session.base(AMD64, upstream)).reference();
    }
  }

  @Nested
  class Settles {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anImageWhoseInputsAreTheLocked(boolean strict) {
      LockSession session = begin(strict ? strict() : using(), LOCK, UpstreamKind.MIRROR);

      assertThat(session.settled(NODE, INPUTS)).contains(ENTRY);
      assertThat(session.demanded(NODE, INPUTS)).contains(ENTRY);
    }

    @Test
    void notOneThatTheLockDoesNotName() {
      LockSession session = begin(using(), LOCK, UpstreamKind.MIRROR);
      PlannedImage arm = new PlannedImage(Platform.LINUX_ARM64, IMAGE, null);
      PlannedImage other = new PlannedImage(AMD64, IMAGE.withName("other"), null);

      assertThat(session.settled(arm, INPUTS)).isEmpty();
      assertThat(session.demanded(arm, INPUTS)).isEmpty();
      assertThat(session.settled(other, INPUTS)).isEmpty();
    }

    @Test
    void notOneWithOtherInputs() {
      LockSession session = begin(using(), LOCK, UpstreamKind.MIRROR);

      assertThat(session.settled(NODE, OTHER_INPUTS)).isEmpty();
      assertThat(session.demanded(NODE, OTHER_INPUTS)).isEmpty();
    }

    @Test
    void nothingOfTheStandIn() {
      LockFile made = ALock.of(UpstreamKind.STAND_IN, "small", ENTRY);

      assertThat(begin(using(), made, UpstreamKind.STAND_IN).settled(NODE, INPUTS)).isEmpty();
      assertThatThrownBy(() -> begin(strict(), made, UpstreamKind.STAND_IN).demanded(NODE, INPUTS))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("has no small for linux/amd64");
    }

    @Test
    void nothingThatWasKeptDuringTheBuild() {
      LockSession session = begin(using(), null, UpstreamKind.MIRROR);
      session.keep(NODE, ENTRY, made(ONE), null);

      assertThat(session.settled(NODE, INPUTS)).isEmpty();
    }
  }

  @Nested
  class StrictLock {

    @Test
    void refusesAnImageThatItDoesNotName() {
      PlannedImage other = new PlannedImage(AMD64, IMAGE.withName("other"), null);

      assertThatThrownBy(() -> begin(strict(), LOCK, UpstreamKind.MIRROR).demanded(other, INPUTS))
          .isInstanceOf(LockException.class)
          .hasMessage(
              "--locked: the.lock has no other for linux/amd64. Build without --locked to add it.");
    }

    @Test
    void refusesOtherPackages() {
      assertRefused(OTHER_INPUTS, "it was made for the packages tool");
    }

    @Test
    void refusesAnotherBase() {
      assertRefused(
          new LockedInputs(Dependency.listOf("tool"), OTHER, Optional.empty(), null),
          "it was made for the base image " + ALock.BASE.withDigest(ALock.BASE_ROOT));
    }

    @Test
    void refusesAnotherNpmLock() {
      assertRefused(
          new LockedInputs(Dependency.listOf("tool"), ALock.BASE_MANIFEST, Optional.empty(), OTHER),
          "package-lock.json has changed");
    }

    private void assertRefused(LockedInputs inputs, String difference) {
      LockSession session = begin(strict(), LOCK, UpstreamKind.MIRROR);

      assertThat(session.settled(NODE, inputs)).isEmpty();
      assertThatThrownBy(() -> session.demanded(NODE, inputs))
          .isInstanceOf(LockException.class)
          .hasMessage(
              "--locked: the.lock does not match small: "
                  + difference
                  + ". Build without --locked to update it.");
    }
  }

  @Nested
  class TreatmentOfTheBasesPackages {

    private final LockFile kept =
        ALock.of(
            UpstreamKind.MIRROR,
            "small",
            new LockedImage(
                new LockedBase(
                    ALock.BASE.withDigest(ALock.BASE_ROOT),
                    ALock.BASE_MANIFEST,
                    new TreeMap<>(),
                    BasePackages.KEEP),
                Dependency.listOf("tool"),
                List.of(),
                List.of(),
                null,
                null));

    @Test
    void isTheUsersThenTheLocksThenAnUpgrade() {
      assertThat(treatment(using(), kept, BasePackages.UPGRADE)).isEqualTo(BasePackages.UPGRADE);
      assertThat(treatment(using(), kept, null)).isEqualTo(BasePackages.KEEP);
      assertThat(treatment(update(kept), null, null)).isEqualTo(BasePackages.KEEP);
      assertThat(treatment(update(kept), null, BasePackages.KEEP)).isEqualTo(BasePackages.KEEP);
      assertThat(treatment(using(), null, null)).isEqualTo(BasePackages.UPGRADE);
    }

    @Test
    void doesNotChangeInAPartialUpdate() {
      assertThatThrownBy(() -> treatment(update(kept), null, BasePackages.UPGRADE))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "The lock of small for linux/amd64 was made with --base-packages keep, so no part of"
                  + " it can be updated with --base-packages upgrade. Leave the option out, or"
                  + " update all packages.");
    }

    private BasePackages treatment(
        LockMode mode, @Nullable LockFile lock, @Nullable BasePackages asked) {
      LockedInputs inputs =
          new LockedInputs(
              Dependency.listOf("tool"), ALock.BASE_MANIFEST, Optional.ofNullable(asked), null);
      return begin(mode, lock, UpstreamKind.MIRROR).basePackages(NODE, inputs);
    }
  }

  @Nested
  class RequireKnownKeys {

    private final TreeMap<String, Digest> known = new TreeMap<>(ENTRY.keys());
    private final TreeMap<String, Digest> other = new TreeMap<>(Map.of("test.rsa.pub", OTHER));

    @Test
    void takesTheKeysThatTheLockKnows() {
      assertThatCode(
              () ->
                  begin(using(), LOCK, UpstreamKind.MIRROR).requireKnownKeys(NODE, "alpine", known))
          .doesNotThrowAnyException();
    }

    @Test
    void refusesOthersThoughTheLockMayChange() {
      assertThatThrownBy(
              () ->
                  begin(using(), LOCK, UpstreamKind.MIRROR).requireKnownKeys(NODE, "alpine", other))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("The base image alpine trusts the key test.rsa.pub")
          .hasMessageContaining("the.lock names another key of that name");
    }

    @Test
    void takesAllWhereTheLockDoesNotSay() {
      assertThatCode(
              () -> {
                begin(using(), null, UpstreamKind.MIRROR).requireKnownKeys(NODE, "alpine", other);
                begin(
                        using(),
                        ALock.of(UpstreamKind.STAND_IN, "small", ENTRY),
                        UpstreamKind.STAND_IN)
                    .requireKnownKeys(NODE, "alpine", other);
              })
          .doesNotThrowAnyException();
    }
  }

  @Nested
  class Keep {

    @Test
    void holdsInputsAndResult() {
      assumeTrue(Gzip.isReproducible(), "skipped: this JVM's zlib compresses otherwise");
      LockSession session = begin(using(), null, UpstreamKind.MIRROR);

      session.keep(NODE, ENTRY, made(ONE), null);

      assertThat(session.outcome())
          .isEqualTo(ALock.of(UpstreamKind.MIRROR, "small", ENTRY.withResult(ONE, RECORDS)));
    }

    @Test
    void leavesOtherImagesAsTheyAre() {
      LockSession session = begin(using(), LOCK, UpstreamKind.MIRROR);

      session.keep(new PlannedImage(AMD64, IMAGE.withName("other"), null), ENTRY, made(ONE), null);

      assertThat(session.outcome().find("small", AMD64)).contains(ENTRY);
      assertThat(session.outcome().find("other", AMD64)).isPresent();
    }

    @Test
    void takesAnotherResultWhereTheLockMayChange() {
      assumeTrue(Gzip.isReproducible(), "skipped: this JVM's zlib compresses otherwise");
      LockSession session = begin(using(), LOCK, UpstreamKind.MIRROR);

      session.keep(NODE, ENTRY, made(OTHER), ENTRY.withResult(ONE));

      assertThat(session.outcome().find("small", AMD64)).contains(ENTRY.withResult(OTHER, RECORDS));
      assertThat(log.lines("done lock: small for linux/amd64 differs from the result in the.lock"))
          .hasSize(1);
    }

    @Test
    void refusesAnotherResultOfAStrictLock() {
      LockFile lock = ALock.of(UpstreamKind.MIRROR, "small", ENTRY.withResult(ONE));
      LockSession session = begin(strict(), lock, UpstreamKind.MIRROR);

      assertThatThrownBy(() -> session.keep(NODE, ENTRY, made(OTHER), ENTRY.withResult(ONE)))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("expects small for linux/amd64 to have the digest " + ONE);
      assertThat(session.outcome()).isEqualTo(lock);
    }

    @Test
    void holdsNothingOfTheStandIn() {
      LockSession session = begin(using(), null, UpstreamKind.STAND_IN);

      session.keep(NODE, ENTRY, made(ONE), null);

      assertThat(session.outcome()).isEqualTo(LockFile.empty(UpstreamKind.STAND_IN));
    }

    @Test
    void holdsWhenEachIndexIsFrom() {
      LockSession session =
          begin(
              using(),
              LOCK.withNewest(AMD64, new RepositoryLocation("/kept"), 7),
              UpstreamKind.MIRROR);

      session.keep(
          AMD64,
          List.of(
              repository("/main", TOOL, AnApk.named("new").info("builddate", "1800000000")),
              repository("/more", TOOL),
              repository("/silent", TOOL.info("builddate"))));

      LockFile lock = session.outcome();
      assertThat(lock.newest(AMD64, new RepositoryLocation("/main"))).contains(1800000000L);
      assertThat(lock.newest(AMD64, new RepositoryLocation("/more"))).contains(1700000000L);
      assertThat(lock.newest(AMD64, new RepositoryLocation("/silent"))).isEmpty();
      assertThat(lock.newest(AMD64, new RepositoryLocation("/kept"))).contains(7L);
      assertThat(lock.newest(Platform.LINUX_ARM64, new RepositoryLocation("/main"))).isEmpty();
      assertThat(lock.images()).isEqualTo(LOCK.images());
    }

    private Repository repository(String location, AnApk... packages) {
      return new Repository(
          new RepositoryLocation(location),
          null,
          List.of(packages).stream().map(AnApk::toPackage).toList());
    }
  }

  @Nested
  class Write {

    private final LockFile newer =
        ALock.of(UpstreamKind.MIRROR, "small", ALock.image(TOOL.version("2.0-r0")));

    @Test
    void makesTheFile() throws Exception {
      LockSession session = begin(using(), null, UpstreamKind.MIRROR);
      session.keep(NODE, ENTRY, made(ONE), null);

      session.write();

      assertThat(LockFile.read(file())).contains(session.outcome());
      assertThat(log.lines()).contains("done lock: " + file() + " written");
    }

    @Test
    void leavesTheFileAloneWhereNothingHasChanged() throws Exception {
      LockSession session = begin(using(), LOCK, UpstreamKind.MIRROR);

      session.write();

      assertThat(file()).doesNotExist();
      assertThat(log.lines()).isEmpty();
    }

    @Test
    void replacesTheFileWhereSomethingGoesForward() throws Exception {
      LOCK.write(file());
      LockSession session = begin(using(), LOCK, UpstreamKind.MIRROR);
      session.keep(NODE, newer.find("small", AMD64).orElseThrow(), made(ONE), null);

      session.write();

      assertThat(LockFile.read(file())).contains(session.outcome());
    }

    @Test
    void refusesToGoBack() throws Exception {
      newer.write(file());
      LockSession session = begin(using(), newer, UpstreamKind.MIRROR);
      session.keep(NODE, ENTRY, made(ONE), null);

      assertThatThrownBy(session::write)
          .isInstanceOf(LockException.class)
          .hasMessageContaining("DOWNGRADE of tool (2.0-r0 → 1.0-r0)");
      assertThat(LockFile.read(file())).contains(newer);
    }

    @Test
    void goesBackWhereThatIsAllowed() throws Exception {
      LockSession session =
          begin(new LockMode.Use(Optional.of(file()), false, true), newer, UpstreamKind.MIRROR);
      session.keep(NODE, ENTRY, made(ONE), null);

      session.write();

      assertThat(LockFile.read(file())).contains(session.outcome());
    }

    @Test
    void neverWritesAStrictLock() throws Exception {
      LockSession session = begin(strict(), LOCK, UpstreamKind.MIRROR);
      session.keep(new PlannedImage(AMD64, IMAGE.withName("other"), null), ENTRY, made(ONE), null);

      session.write();

      assertThat(folder).isEmptyDirectory();
    }

    @Test
    void neverWritesALockOfTheStandIn() throws Exception {
      begin(using(), null, UpstreamKind.STAND_IN).write();

      assertThat(folder).isEmptyDirectory();
    }

    @Test
    void writesNothingInOtherModes() throws Exception {
      for (LockMode mode :
          List.of(
              new LockMode.Fresh(Optional.empty()),
              update(LOCK),
              new LockMode.Use(Optional.empty(), false, false))) {
        LockSession session = begin(mode, null, UpstreamKind.MIRROR);
        session.keep(NODE, ENTRY, made(ONE), null);

        session.write();

        assertThat(folder).isEmptyDirectory();
        assertThat(log.lines()).isEmpty();
      }
    }

    @Test
    void comparesWithTheFileNotWithTheLockInUse() throws Exception {
      KnownLock known =
          new KnownLock(using(), "the.lock", Optional.empty(), Optional.of(LOCK), Optional.empty());
      LockSession session =
          LockSession.begin(known, upstream(UpstreamKind.MIRROR, ALock.BASE), log);

      session.write();

      assertThat(LockFile.read(file())).contains(LOCK);
      assertThat(Files.readString(file())).isEqualTo(LOCK.toText());
    }
  }

  private LockSession begin(LockMode mode, @Nullable LockFile lock, UpstreamKind upstream) {
    return begin(mode, lock, upstream(upstream, ALock.BASE));
  }

  private LockSession begin(LockMode mode, @Nullable LockFile lock, Upstream upstream) {
    Optional<LockFile> content = Optional.ofNullable(lock);
    return LockSession.begin(
        new KnownLock(mode, "the.lock", content, content, Optional.empty()), upstream, log);
  }

  private static Upstream upstream(UpstreamKind kind, Reference base) {
    return new Upstream(kind, new Upstream.RegistryBase(base), List.of());
  }

  private LockMode using() {
    return new LockMode.Use(Optional.of(file()), false, false);
  }

  private LockMode strict() {
    return new LockMode.Use(Optional.of(file()), true, false);
  }

  private static LockMode update(LockFile kept) {
    return new LockMode.Update(kept, Set.of("tool"));
  }

  private Path file() {
    return folder.resolve("sandbox.lock.json");
  }

  private static LockedResult made(Digest image) {
    return new LockedResult(image, RECORDS);
  }
}
