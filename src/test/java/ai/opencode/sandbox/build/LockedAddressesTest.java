package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.build.LockedAddresses.Complete;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockedAddressesTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final InputSettings PLAIN = InputSettings.standard();
  private static final Reference BASE = ALock.BASE.withDigest(ALock.BASE_ROOT);
  private static final RepositoryLine LOCKED =
      new RepositoryLine(null, new RepositoryLocation(ALock.REPOSITORY));
  private static final RepositoryLine ACME = RepositoryLine.of("@acme https://apk.acme.example");
  private static final RepositoryLine OTHER = RepositoryLine.of("@other https://apk.other.example");
  private static final RepositoryKey KEY = key("acme.rsa.pub");
  private static final RepositoryKey OTHER_KEY = key("other.rsa.pub");
  private static final OwnSources OWN = new OwnSources(List.of(KEY), List.of(ACME));

  @Nested
  class OfAMirror {

    private final LockFile lock = lock(UpstreamKind.MIRROR, BASE, OwnSources.none());

    @Test
    void areThoseOfTheLock() {
      Complete complete = used(lock).complete(PLAIN, UpstreamChoice.Kind.AUTO);

      assertThat(complete.inputs().base()).isEqualTo(BASE);
      assertThat(complete.inputs().repositories()).containsExactly(LOCKED);
      assertThat(complete.inputs().upstream()).isEqualTo(UpstreamChoice.MIRROR);
      assertThat(complete.keys()).isEmpty();
      assertThat(used(lock).complete(PLAIN, UpstreamChoice.Kind.MIRROR)).isEqualTo(complete);
    }

    @Test
    void areThoseOfTheUserWhereThereAreSome() {
      InputSettings given =
          PLAIN
              .withBase(Reference.of("other.example/alpine:1"))
              .withRepositories(List.of("/other"));

      Complete complete = used(lock).complete(given, UpstreamChoice.Kind.MIRROR);

      assertThat(complete.inputs().base()).isEqualTo(given.base());
      assertThat(complete.inputs().repositories()).isEqualTo(given.repositories());
    }

    @ParameterizedTest
    @EnumSource(names = {"OFFICIAL", "STAND_IN"})
    void areNotTakenForAnotherUpstream(UpstreamChoice.Kind kind) {
      assertThat(used(lock).complete(PLAIN, kind)).isEqualTo(Complete.of(PLAIN));
    }

    @Test
    void aNewLockStartsFromTheProgramsOwnBase() {
      LockFile official = lock(UpstreamKind.MIRROR, OfficialUpstream.base(), OwnSources.none());

      assertThat(base(used(official))).isEqualTo(OfficialUpstream.base());
      assertThat(base(made(official))).isNull();
      assertThat(base(made(lock))).isEqualTo(BASE);
    }

    private @Nullable Reference base(LockedAddresses addresses) {
      return addresses.complete(PLAIN, UpstreamChoice.Kind.AUTO).inputs().base();
    }
  }

  @Nested
  class OfOnesOwn {

    private final LockFile lock = lock(UpstreamKind.MIRROR, BASE, OWN);

    @Test
    void areThoseOfTheLock() {
      Complete complete = used(lock).complete(PLAIN, UpstreamChoice.Kind.AUTO);

      assertThat(complete.inputs().repositories()).containsExactly(LOCKED, ACME);
      assertThat(complete.keys()).containsExactly(KEY);
    }

    @Test
    void aKeyOfTheLockVerifiesNothing() {
      assertThat(used(lock).complete(PLAIN, UpstreamChoice.Kind.AUTO).inputs().keys()).isEmpty();
    }

    @Test
    void areThoseOfTheUserWhereThereAreSome() {
      InputSettings given = PLAIN.withRepositoryLines(List.of(OTHER)).withKeys(List.of(OTHER_KEY));

      Complete complete = used(lock).complete(given, UpstreamChoice.Kind.AUTO);

      assertThat(complete.inputs().repositories()).containsExactly(LOCKED, OTHER);
      assertThat(complete.keys()).containsExactly(OTHER_KEY);
      assertThat(complete.inputs().keys()).containsExactly(OTHER_KEY);
    }
  }

  @Nested
  class OfTheOfficialUpstream {

    private final LockFile lock = lock(UpstreamKind.OFFICIAL, BASE, OwnSources.none());

    @Test
    void areThoseOfALockThatMustBeFollowed() {
      Complete complete = strict(lock).complete(PLAIN, UpstreamChoice.Kind.AUTO);

      assertThat(complete.inputs().base()).isEqualTo(BASE);
      assertThat(complete.inputs().repositories()).containsExactly(LOCKED);
      assertThat(complete.inputs().upstream()).isEqualTo(UpstreamChoice.OFFICIAL);
    }

    @Test
    void areTheProgramsOwnOtherwise() {
      assertThat(used(lock).complete(PLAIN, UpstreamChoice.Kind.AUTO))
          .isEqualTo(Complete.of(PLAIN));
      assertThat(strict(lock).complete(PLAIN, UpstreamChoice.Kind.MIRROR))
          .isEqualTo(Complete.of(PLAIN));
    }

    @Test
    void areNotMixedWithTheUsers() {
      InputSettings based = PLAIN.withBase(BASE);
      InputSettings placed = PLAIN.withRepositoryLines(List.of(LOCKED));

      for (InputSettings given : List.of(based, placed)) {
        assertThat(strict(lock).complete(given, UpstreamChoice.Kind.AUTO))
            .isEqualTo(Complete.of(given));
      }
    }
  }

  @Nested
  class OfAStrictBuild {

    private final LockFile lock = lock(UpstreamKind.MIRROR, BASE, OWN);

    @Test
    void mayBeNamedAsTheyAre() {
      accepts(PLAIN);
      accepts(PLAIN.withBase(BASE));
      accepts(PLAIN.withBase(BASE.withoutDigest()));
      accepts(PLAIN.withBase(Reference.of("registry.example/alpine:3@" + ALock.BASE_ROOT)));
      accepts(PLAIN.withRepositoryLines(List.of(LOCKED)));
      accepts(PLAIN.withRepositories(List.of("/more", ALock.REPOSITORY)));
      accepts(PLAIN.withRepositoryLines(List.of(ACME)));
      accepts(PLAIN.withKeys(List.of(KEY)));
    }

    @Test
    void refuseAnotherBase() {
      for (String base :
          List.of(
              "registry.example/alpine@" + Digest.sha256("other"),
              "registry.example/alpine:3",
              "registry.example/other@" + ALock.BASE_ROOT,
              "other.example/alpine@" + ALock.BASE_ROOT)) {
        refuses(
            PLAIN.withBase(Reference.of(base)),
            "the base image " + Reference.of(base),
            "the base image " + BASE);
      }
    }

    @Test
    void refuseOtherRepositories() {
      refuses(
          PLAIN.withRepositories(List.of("/b", "/a")),
          "the repositories /a, /b",
          "the repositories " + ALock.REPOSITORY);
      refuses(
          PLAIN.withRepositoryLines(List.of(ACME, OTHER)),
          "the repositories " + ACME + ", " + OTHER,
          "the repositories " + ACME);
    }

    @Test
    void refuseOtherKeys() {
      refuses(
          PLAIN.withKeys(List.of(OTHER_KEY)),
          "the key other.rsa.pub (" + OTHER_KEY.fingerprint() + ")",
          "the key acme.rsa.pub (" + KEY.fingerprint() + ")");
    }

    @Test
    void refuseOwnOnesThatTheLockLacks() {
      LockFile plain = lock(UpstreamKind.MIRROR, BASE, OwnSources.none());

      refuses(
          plain,
          PLAIN.withRepositoryLines(List.of(ACME)),
          "the repositories " + ACME,
          "none with a tag");
      refuses(
          plain,
          PLAIN.withKeys(List.of(KEY)),
          "the key acme.rsa.pub (" + KEY.fingerprint() + ")",
          "no key of your own");
    }

    private void accepts(InputSettings given) {
      assertThatCode(() -> strict(lock).complete(given, UpstreamChoice.Kind.AUTO))
          .doesNotThrowAnyException();
    }

    private void refuses(InputSettings given, String named, String locked) {
      refuses(lock, given, named, locked);
      assertThatCode(() -> used(lock).complete(given, UpstreamChoice.Kind.AUTO))
          .doesNotThrowAnyException();
    }

    private void refuses(LockFile of, InputSettings given, String named, String locked) {
      assertThatThrownBy(() -> strict(of).complete(given, UpstreamChoice.Kind.AUTO))
          .isInstanceOf(LockException.class)
          .hasMessage(
              "--locked: this build is given "
                  + named
                  + ", but the.lock has "
                  + locked
                  + ". Leave the option out to build from the lock, or build without --locked to"
                  + " update it.");
    }
  }

  private static LockedAddresses strict(LockFile lock) {
    return new LockedAddresses(lock, AMD64, "the.lock", true, true);
  }

  private static LockedAddresses used(LockFile lock) {
    return new LockedAddresses(lock, AMD64, "the.lock", false, true);
  }

  /** Returns the addresses of a build that makes a new lock. */
  private static LockedAddresses made(LockFile lock) {
    return new LockedAddresses(lock, AMD64, "the.lock", false, false);
  }

  private static LockFile lock(UpstreamKind kind, Reference base, OwnSources own) {
    LockedImage image = ALock.image(AnApk.named("tool"));
    return ALock.of(
        kind,
        "small",
        new LockedImage(
            new LockedBase(base, ALock.BASE_MANIFEST, new TreeMap<>(), BasePackages.UPGRADE, own),
            image.requested(),
            image.packages(),
            List.of(),
            null,
            null));
  }

  private static RepositoryKey key(String name) {
    byte[] pem = ASigningKey.named(name).pem();
    return new RepositoryKey(name, new String(pem, StandardCharsets.US_ASCII));
  }
}
