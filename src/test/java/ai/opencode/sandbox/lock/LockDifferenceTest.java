package ai.opencode.sandbox.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockDifferenceTest {

  private static final Reference BASE =
      Reference.of("docker.io/library/alpine:3.24@" + digest("base"));

  @TempDir private Path directory;

  @Test
  void namesAddedRemovedUpdatedAndRebuiltPackages() {
    LockFile before =
        lock(
            required(apk("curl", "8.0-r0", "a", 1000), "git"),
            apk("git", "2.0-r0", "b", 5000),
            required(apk("nano", "7.0-r0", "c", 300), "curl"));
    LockFile after =
        lock(
            required(apk("curl", "8.0-r0", "rebuilt", 1000), "git"),
            apk("git", "2.1-r0", "d", 6500),
            apk("vim", "9.0-r0", "e", 9000));

    assertThat(LockDifference.between(before, after).toText())
        .isEqualTo(
            """
            tools linux/amd64: curl 8.0-r0 rebuilt, for git
            tools linux/amd64: git 2.0-r0 → 2.1-r0 (+1.5 kB), asked for
            tools linux/amd64: nano removed: 7.0-r0 (-0.3 kB), for curl, for git
            tools linux/amd64: vim added: 9.0-r0 (+9.0 kB), asked for
            """);
  }

  @Test
  void isATableForAPullRequest() {
    LockFile before = lock(apk("git", "2.0-r0", "b", 5000));
    LockFile after = lock(apk("git", "2.1-r0", "d", 6500), apk("vim", "9.0-r0", "e", 400));

    assertThat(LockDifference.between(before, after).toMarkdown())
        .isEqualTo(
            """
            | image | what | change | why | download |
            |---|---|---|---|--:|
            | tools linux/amd64 | git | 2.0-r0 → 2.1-r0 | asked for | +1.5 kB |
            | tools linux/amd64 | vim | added: 9.0-r0 | asked for | +0.4 kB |
            | all | | | | +1.9 kB |
            """);
    assertThat(LockDifference.between(before, before).toMarkdown())
        .isEqualTo("No locked input changes.\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2.0-r1  | 2.0-r0      | DOWNGRADE of git (2.0-r1 → 2.0-r0)
          2.0-r0  | 2.0_rc1-r5  | DOWNGRADE of git (2.0-r0 → 2.0_rc1-r5)
          2.10-r0 | 2.9-r0      | DOWNGRADE of git (2.10-r0 → 2.9-r0)
          2.0-r1  | 2.0-r01     | DOWNGRADE of git (2.0-r1 → 2.0-r01)
          0.9f7   | 0.9f6       | DOWNGRADE of git (0.9f7 → 0.9f6)
          2.0-r0  | x           | DOWNGRADE of git (2.0-r0 → x)
          """)
  void refusesVersionsThatMayBeOlder(String before, String after, String sentence) {
    LockDifference back =
        LockDifference.between(lock(apk("git", before, "a", 5)), lock(apk("git", after, "b", 5)));

    assertThatThrownBy(back::requireForward)
        .isInstanceOf(LockException.class)
        .hasMessageContaining(sentence)
        .hasMessageContaining("--allow-downgrade");
    assertThat(back.toText()).contains(" DOWNGRADE");
    assertThat(back.toMarkdown()).contains(" **DOWNGRADE** |");
  }

  @Test
  void acceptsNewerVersions() {
    LockFile before = lock(apk("git", "2.9-r0", "a", 5), apk("nano", "7-r0", "b", 5));
    LockFile after = lock(apk("git", "2.10-r0", "c", 5), apk("vim", "1-r0", "d", 5));

    LockDifference.between(before, after).requireForward();
    LockDifference.between(before, before).requireForward();
    LockDifference.between(LockFile.empty(UpstreamKind.OFFICIAL), before).requireForward();
  }

  @Test
  void refusesOtherContentOfTheSameVersion() {
    LockedPackage git = apk("git", "2.0-r0", "a", 5000);
    LockedPackage rebuilt = apk("git", "2.0-r0", "b", 5000);
    LockedPackage longer = apk("git", "2.0-r0", "a", 5001);
    LockedPackage newer = apk("git", "2.1-r0", "a", 5000);
    LockedPackage trojan =
        new LockedPackage(
            "git",
            ApkVersion.of("2.0-r0"),
            git.repository(),
            5000,
            git.checksum(),
            new LockedPackage.Data(digest("trojan"), git.data().diffId()),
            LockedPackage.Cause.of(null));

    for (LockedPackage other : List.of(rebuilt, longer, trojan)) {
      assertThatThrownBy(LockDifference.between(lock(git), lock(other))::requireForward)
          .isInstanceOf(LockException.class)
          .hasMessageContaining("git 2.0-r0 has other content than locked");
    }
    LockDifference same = LockDifference.between(lock(git), lock(newer));
    assertThatThrownBy(same::requireForward)
        .hasMessageContaining("git changes its version, not its checksum (2.0-r0 → 2.1-r0)");
    assertThat(same.toText()).contains("git 2.0-r0 → 2.1-r0 CHANGED");
  }

  @Test
  void refusesAnOlderVersionInAnotherImage() {
    LockFile before = lock(apk("git", "2.0-r0", "a", 5));
    LockFile moved =
        lock()
            .with(
                "other",
                Platform.LINUX_AMD64,
                lock(apk("git", "1.0-r0", "b", 5))
                    .find("tools", Platform.LINUX_AMD64)
                    .orElseThrow());

    assertThatThrownBy(LockDifference.between(before, moved)::requireForward)
        .hasMessageContaining("DOWNGRADE of git (2.0-r0 → 1.0-r0)");
  }

  @Test
  void refusesTheBasesOlderBuildInPlaceOfALockedOne() {
    LockFile before = lock(replacing("1.0-r0", apk("ssl", "1.5-r0", "a", 5000)));

    LockDifference back = LockDifference.between(before, lock());

    assertThat(back.toText())
        .isEqualTo("tools linux/amd64: ssl 1.5-r0 → 1.0-r0 DOWNGRADE (-5.0 kB), base package\n");
    assertThatThrownBy(back::requireForward)
        .isInstanceOf(LockException.class)
        .hasMessageContaining("DOWNGRADE of ssl (1.5-r0 → 1.0-r0)");
  }

  @Test
  void acceptsTheBasesNewerBuildInPlaceOfALockedOne() {
    LockFile before = lock(replacing("2.0-r0", apk("ssl", "1.5-r0", "a", 5000)));

    LockDifference forward = LockDifference.between(before, lock());

    forward.requireForward();
    assertThat(forward.toText()).contains("ssl 1.5-r0 → 2.0-r0 (");
  }

  /** The lock does not name the builds of another base. */
  @Test
  void acceptsAnotherBaseInPlaceOfALockedBuild() {
    LockFile before = lock(replacing("1.0-r0", apk("ssl", "1.5-r0", "a", 5000)));
    LockFile after =
        inTools(
            lock(),
            new LockedBase(
                Reference.of("docker.io/library/alpine:3.24@" + digest("newer")),
                digest("newer manifest"),
                new TreeMap<>(Map.of("a.pub", digest("key"))),
                BasePackages.UPGRADE),
            List.of());

    LockDifference.between(before, after).requireForward();
    assertThat(LockDifference.between(before, after).toText()).contains("ssl removed: 1.5-r0");
  }

  @Test
  void acceptsAnImageWithoutAPackageOfItsBase() {
    LockFile before = lock(replacing("1.0-r0", apk("ssl", "1.5-r0", "a", 5000)));
    LockFile without = inTools(lock(), base(lock()), List.of(new PackageId("ssl")));

    LockDifference.between(before, without).requireForward();
    assertThat(LockDifference.between(before, without).toText()).contains("ssl removed: 1.5-r0");
    LockDifference.between(before, LockFile.empty(UpstreamKind.OFFICIAL)).requireForward();
  }

  @Test
  void comparesALockedBuildOfAChildWithThatOfItsParent() {
    LockedPackage newest = replacing("1.5-r0", apk("ssl", "2.0-r0", "b", 5000));
    LockFile older = lock(replacing("1.0-r0", apk("ssl", "1.5-r0", "a", 5000)));
    LockFile same = lock(replacing("1.0-r0", apk("ssl", "2.0-r0", "b", 5000)));
    LockFile before = withChild(older, newest);

    assertThatThrownBy(LockDifference.between(before, withChild(older))::requireForward)
        .hasMessageContaining("DOWNGRADE of ssl (2.0-r0 → 1.5-r0)");
    LockDifference.between(before, withChild(same)).requireForward();
  }

  @Test
  void showsAnotherTreatmentOfTheBasesPackages() {
    LockedBase kept =
        new LockedBase(
            BASE, digest("manifest"), new TreeMap<>(base(lock()).keys()), BasePackages.KEEP);

    assertThat(LockDifference.between(lock(), inTools(lock(), kept, List.of())).toText())
        .isEqualTo("tools linux/amd64: base packages upgrade → keep\n");
  }

  private static LockFile withChild(LockFile lock, LockedPackage... packages) {
    return lock.with(
        "child",
        Platform.LINUX_AMD64,
        new LockedImage(null, Dependency.listOf("git"), List.of(packages), List.of(), null, null));
  }

  private static LockedBase base(LockFile lock) {
    return Objects.requireNonNull(lock.find("tools", Platform.LINUX_AMD64).orElseThrow().base());
  }

  private static LockFile inTools(LockFile lock, LockedBase base, List<PackageId> removed) {
    LockedImage image = lock.find("tools", Platform.LINUX_AMD64).orElseThrow();
    return lock.with(
        "tools",
        Platform.LINUX_AMD64,
        new LockedImage(base, image.requested(), image.packages(), removed, null, null));
  }

  private static LockedPackage replacing(String version, LockedPackage apk) {
    return new LockedPackage(
        apk.name(),
        apk.version(),
        apk.repository(),
        apk.size(),
        apk.checksum(),
        apk.data(),
        new LockedPackage.Cause(null, ApkVersion.of(version)));
  }

  @Test
  void showsAnotherUpstream() {
    assertThat(
            LockDifference.between(
                    LockFile.empty(UpstreamKind.OFFICIAL), LockFile.empty(UpstreamKind.MIRROR))
                .toText())
        .isEqualTo("all: upstream official → mirror\n");
  }

  @Test
  void namesTheKeysThatAreTrustedFromNowOn() {
    LockFile before = lock();
    LockedImage image = before.find("tools", Platform.LINUX_AMD64).orElseThrow();
    LockedImage rekeyed =
        new LockedImage(
            new LockedBase(
                BASE,
                image.baseManifest(),
                new TreeMap<>(Map.of("b.pub", digest("other key"))),
                BasePackages.UPGRADE),
            image.requested(),
            image.packages(),
            List.of(),
            null,
            null);

    String text =
        LockDifference.between(before, before.with("tools", Platform.LINUX_AMD64, rekeyed))
            .toText();

    assertThat(text)
        .contains("key a.pub removed: " + digest("key"))
        .contains("key b.pub added: " + digest("other key"));
  }

  @Test
  void anotherResultIsAChangeOnlyForEqualInputs() {
    LockFile before = withResult(lock(apk("git", "2.0-r0", "b", 5000)), "one");
    LockFile sameInputs = withResult(before, "other");
    LockFile newer = withResult(lock(apk("git", "2.1-r0", "c", 5000)), "other");

    assertThat(LockDifference.between(before, sameInputs).toText())
        .isEqualTo("tools linux/amd64: result " + digest("one") + " → " + digest("other") + "\n");
    assertThat(LockDifference.between(before, newer).changes()).hasSize(1);
  }

  @Test
  void npmLocksWithTheSameBeginningOfTheirDigestsDiffer() {
    String beginning = "sha256:" + "a".repeat(12);
    Digest one = Digest.of(beginning + "b".repeat(52));
    Digest other = Digest.of(beginning + "c".repeat(52));
    LockDifference difference = LockDifference.between(withNpm(one), withNpm(other));

    assertThat(difference.changes())
        .containsExactly(
            new LockChange.OfNpmLock(
                LockChange.Scope.of("tools", Platform.LINUX_AMD64),
                new LockChange.Values<>(one, other)));
    assertThat(difference.toText())
        .isEqualTo("tools linux/amd64: npm packages " + one + " → " + other + "\n");
    assertThat(LockDifference.between(withNpm(one), withNpm(digest("x"))).toText())
        .isEqualTo(
            "tools linux/amd64: npm packages "
                + beginning
                + " → "
                + digest("x").toString().substring(0, 19)
                + "\n");
  }

  @Test
  void aPackageIsNeverTakenForAnotherInput() {
    LockFile before = withResult(lock(), "one");
    LockFile after = withResult(lock(apk("result", "1-r0", "a", 5)), "other");

    assertThat(LockDifference.between(before, after).changes())
        .singleElement()
        .isInstanceOfSatisfying(
            LockChange.OfPackage.class,
            change -> {
              assertThat(change.name()).isEqualTo("result");
              assertThat(change.values().before()).isNull();
              assertThat(change.values().after()).isEqualTo(ApkVersion.of("1-r0"));
              assertThat(change.need().requiredBy()).isEmpty();
            });
    assertThat(LockDifference.between(before, withResult(before, "other")).changes())
        .singleElement()
        .isInstanceOf(LockChange.OfResult.class);
  }

  @Test
  void refusesAnotherManifestOfTheSameBase() {
    LockFile before = lock();
    LockedImage image = before.find("tools", Platform.LINUX_AMD64).orElseThrow();
    LockedImage silent =
        new LockedImage(
            new LockedBase(BASE, null, image.keys(), BasePackages.UPGRADE),
            image.requested(),
            image.packages(),
            List.of(),
            null,
            null);
    LockFile after = before.with("tools", Platform.LINUX_AMD64, silent);

    assertThatThrownBy(LockDifference.between(before, after)::requireForward)
        .isInstanceOf(LockException.class)
        .hasMessageContaining(
            "base manifest differs, although the digest of the base image is the same ("
                + digest("manifest")
                + " → none)");
  }

  private static LockFile withNpm(Digest npmLock) {
    LockFile lock = lock();
    LockedImage image = lock.find("tools", Platform.LINUX_AMD64).orElseThrow();
    return lock.with(
        "tools",
        Platform.LINUX_AMD64,
        new LockedImage(
            image.base(), image.requested(), image.packages(), List.of(), npmLock, null));
  }

  private static LockFile withResult(LockFile lock, String result) {
    LockedImage image = lock.find("tools", Platform.LINUX_AMD64).orElseThrow();
    return lock.with("tools", Platform.LINUX_AMD64, image.withResult(digest(result)));
  }

  @Test
  void aLockReadBackIsTheSame() throws Exception {
    LockFile lock =
        lock(required(apk("curl", "8.0-r0", "a", 10), "git"), apk("git", "2.0-r0", "b", 5000));
    Path file = directory.resolve("sandbox.lock.json");
    lock.write(file);

    assertThat(LockFile.read(file)).contains(lock);
  }

  @Test
  void namesTheFaultOfALock() throws Exception {
    Path file = directory.resolve("sandbox.lock.json");
    Files.writeString(file, "{\"lockVersion\": 1, ");
    assertThatThrownBy(() -> LockFile.read(file))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("sandbox.lock.json");

    Files.writeString(file, "{\"lockVersion\": 9}");
    assertThatThrownBy(() -> LockFile.read(file))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("version 9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "size" : 5000            | "size" : -1             | packages/0/size is not a size in bytes
          "size" : 5000            | "size" : "5000"         | packages/0/size is not a size in bytes
          "size" : 5000            | "sise" : 5000           | packages/0/sise is not known to this version
          "name" : "git"           | "name" : ""             | packages/0/name is not a text
          "version" : "2.0-r0",    |                         | packages/0/version is missing
          "datahash" : "sha256:    | "datahash" : "sha1:     | packages/0/datahash is not valid
          "manifest" : "sha256:    | "manifest" : "          | base/manifest is not valid
          "a.pub" : "sha256:       | "a.pub" : "             | base/keys/a.pub is not valid
          "requested" : [          | "requested" : [ 1,      | requested/0 is not a text
          "requested" : [          | "requested" : [ ">=1",  | requested/0 is not valid
          """)
  void namesThePlaceOfAFault(String right, String wrong, String message) throws Exception {
    Path file = directory.resolve("sandbox.lock.json");
    String text = lock(apk("git", "2.0-r0", "b", 5000)).toText();
    assertThat(text).contains(right);
    Files.writeString(file, text.replace(right, wrong == null ? "" : wrong));

    assertThatThrownBy(() -> LockFile.read(file))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("/images/tools/linux~1amd64/" + message);
  }

  @Test
  void aPackageThatIsLockedTwiceIsRefused() throws Exception {
    Path file = directory.resolve("sandbox.lock.json");
    lock(apk("git", "2.0-r0", "b", 5000), apk("git", "2.1-r0", "c", 5000)).write(file);

    assertThatThrownBy(() -> LockFile.read(file))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("packages/1 names git a second time");
  }

  @Test
  void keepsPlatformsThatWereNotAskedFor() {
    LockFile before = lock(apk("git", "2.0-r0", "b", 5000));
    LockedImage image = before.find("tools", Platform.LINUX_AMD64).orElseThrow();
    LockFile both = before.with("tools", Platform.LINUX_ARM64, image);
    LockFile now = lock(apk("git", "2.1-r0", "c", 5000));

    LockFile merged = now.keepingPlatformsOf(both);

    assertThat(merged.find("tools", Platform.LINUX_ARM64)).contains(image);
    assertThat(merged.find("tools", Platform.LINUX_AMD64))
        .isEqualTo(now.find("tools", Platform.LINUX_AMD64));
  }

  private static LockFile lock(LockedPackage... packages) {
    return LockFile.empty(UpstreamKind.OFFICIAL)
        .with(
            "tools",
            Platform.LINUX_AMD64,
            new LockedImage(
                new LockedBase(
                    BASE,
                    digest("manifest"),
                    new TreeMap<>(Map.of("a.pub", digest("key"))),
                    BasePackages.UPGRADE),
                Dependency.listOf("git"),
                List.of(packages),
                List.of(),
                null,
                null));
  }

  private static LockedPackage apk(String name, String version, String build, long size) {
    byte[] seed = build.getBytes(StandardCharsets.UTF_8);
    return new LockedPackage(
        name,
        ApkVersion.of(version),
        new RepositoryLocation("https://dl-cdn.alpinelinux.org/alpine/v3.24/main"),
        size,
        Checksum.ofControlSegment(seed),
        new LockedPackage.Data(digest("data " + build), digest("diff " + build)),
        LockedPackage.Cause.of(null));
  }

  private static LockedPackage required(LockedPackage apk, String by) {
    return new LockedPackage(
        apk.name(),
        apk.version(),
        apk.repository(),
        apk.size(),
        apk.checksum(),
        apk.data(),
        LockedPackage.Cause.of(by));
  }

  private static Digest digest(String text) {
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
