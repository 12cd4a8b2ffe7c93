package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Results that differ from the expected ones, on every kind of Java. */
class LockCheckTest {

  private static final Digest ONE = Digest.sha256("one");
  private static final Digest OTHER = Digest.sha256("other");

  @Test
  void theFirstResultIsKept() {
    assertThat(check(false, true).result("tools", ONE, null)).isEqualTo(ONE);
    assertThat(check(true, true).result("tools", ONE, locked(null))).isEqualTo(ONE);
  }

  @Test
  void anotherResultIsKeptOrRefused() {
    assertThat(check(false, true).result("tools", OTHER, locked(ONE))).isEqualTo(OTHER);
    assertThatThrownBy(() -> check(true, true).result("tools", OTHER, locked(ONE)))
        .isInstanceOf(LockException.class)
        .hasMessage(
            "--locked: the.lock expects tools to have the digest "
                + ONE
                + " (without version), but its inputs give "
                + OTHER
                + ", because its settings or files, or this program, have changed. Build without"
                + " --locked to update the lock.");
  }

  @Test
  void aJavaThatCompressesInItsOwnWayExpectsNothingOfOthers() {
    assertThat(check(false, false).result("tools", OTHER, null)).isNull();
    assertThat(check(false, false).result("tools", OTHER, locked(ONE))).isEqualTo(ONE);
    assertThatThrownBy(() -> check(true, false).result("tools", OTHER, locked(ONE)))
        .isInstanceOf(LockException.class)
        .hasMessageEndingWith(
            ", because this Java compresses with another zlib than most (zlib-ng?). Use another"
                + " Java.");
  }

  @Test
  void fewerKeysAreFine() {
    TreeMap<String, Digest> known = new TreeMap<>(Map.of("a.pub", ONE, "b.pub", OTHER));

    check(true, true).requireKnownKeys("alpine", new TreeMap<>(Map.of("a.pub", ONE)), known);
    check(true, true).requireKnownKeys("alpine", known, new TreeMap<>());
    assertThatThrownBy(
            () ->
                check(false, true)
                    .requireKnownKeys("alpine", new TreeMap<>(Map.of("c.pub", ONE)), known))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("The base image alpine trusts the key c.pub")
        .hasMessageContaining("names only a.pub, b.pub");
  }

  @Test
  void refusesAnotherKeyOfAKnownName() {
    TreeMap<String, Digest> known = new TreeMap<>(Map.of("a.pub", ONE));
    TreeMap<String, Digest> other = new TreeMap<>(Map.of("a.pub", OTHER));

    assertThatThrownBy(() -> check(false, true).requireKnownKeys("alpine", other, known))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("names another key of that name (" + ONE + ")");
  }

  @Test
  void tellsOfAResultThatHasChanged() {
    AProgressLog log = new AProgressLog();
    LockCheck check = new LockCheck("the.lock", false, true, log);

    check.result("tools", ONE, locked(ONE));
    check.result("tools", ONE, null);
    assertThat(log.lines()).isEmpty();
    check.result("tools", OTHER, locked(ONE));
    assertThat(log.lines("done lock: tools differs from the result in the.lock")).hasSize(1);
  }

  @Nested
  class RequireOfficialContent {

    private static final String OFFICIAL = "https://dl-cdn.alpinelinux.org/alpine/v3.24/main";
    private static final Reference BASE = Reference.of("docker.io/library/alpine:3.24@" + ONE);

    @Test
    void takesOfficialContent() {
      assertThatCode(() -> require(UpstreamKind.OFFICIAL, BASE, OFFICIAL))
          .doesNotThrowAnyException();
      assertThatCode(() -> require(UpstreamKind.OFFICIAL, null, OFFICIAL))
          .doesNotThrowAnyException();
    }

    @Test
    void takesAnythingUnderAnotherName() {
      assertThatCode(() -> require(UpstreamKind.MIRROR, ALock.BASE, "/repository"))
          .doesNotThrowAnyException();
    }

    @Test
    void refusesAnotherBase() {
      assertThatThrownBy(() -> require(UpstreamKind.OFFICIAL, ALock.BASE, OFFICIAL))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("the.lock names the official upstream, but starts from ")
          .hasMessageContaining(ALock.BASE.toString());
    }

    @Test
    void refusesAnotherRepository() {
      assertThatThrownBy(() -> require(UpstreamKind.OFFICIAL, BASE, "/repository"))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("takes tool from /repository");
    }

    private void require(UpstreamKind upstream, @Nullable Reference base, String repository) {
      LockedPackage tool =
          new LockedPackage(
              "tool",
              ApkVersion.of("1.0-r0"),
              new RepositoryLocation(repository),
              1,
              Checksum.ofControlSegment(new byte[1]),
              new LockedPackage.Data(ONE, ONE),
              LockedPackage.Cause.of(null));
      LockedImage image =
          new LockedImage(
              base == null
                  ? null
                  : new LockedBase(base, null, new TreeMap<>(), BasePackages.UPGRADE),
              List.of(),
              List.of(tool),
              List.of(),
              null,
              null);
      check(false, true)
          .requireOfficialContent(
              LockFile.empty(upstream)
                  .with("empty", Platform.LINUX_ARM64, locked(null))
                  .with("small", Platform.LINUX_AMD64, image));
    }
  }

  private static LockCheck check(boolean locked, boolean reproducible) {
    return new LockCheck("the.lock", locked, reproducible, Progress.silent());
  }

  private static LockedImage locked(@Nullable Digest result) {
    return new LockedImage(null, List.of(), List.of(), List.of(), null, result);
  }
}
