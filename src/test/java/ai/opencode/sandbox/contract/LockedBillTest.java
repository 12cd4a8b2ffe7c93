package ai.opencode.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.OsRelease;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LockedBillTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final String MAIN = "https://dl-cdn.alpinelinux.org/alpine/v3.24/main";
  private static final ANpmTarball PAD = ANpmTarball.named("pad");
  private static final ImageDefinition PARENT = ASmallUpstream.image("git", "vim");
  private static final ImageDefinition CHILD =
      ImageDefinition.from(PARENT, "child").withPackages("jq").withNpm(project("1.0.0"));
  private static final ImageKey CHILD_KEY = new ImageKey("child", AMD64);

  @Test
  void hasThePackagesOfAllParents() {
    SoftwareBill bill = LockedBill.of(lock(), CHILD_KEY, CHILD);
    assertThat(bill.apk())
        .extracting(each -> each.facts().label())
        .containsExactly("git-2.51.0-r0", "jq-1.8.1-r0");
    assertThat(bill.npm()).hasSize(1);
    assertThat(bill.npm().get(0).facts().path()).isEqualTo("usr/local/lib/node_modules/pad");
    assertThat(bill.npm().get(0).facts().integrity()).contains(PAD.integrity());
    assertThat(bill.npm().get(0).facts().licence()).contains("MIT");
  }

  @Test
  void namesAlpinesAddressesAndRelease() {
    SoftwareBill bill = LockedBill.of(lock(), new ImageKey("small", AMD64), null);
    ApkSoftware git = bill.apk().get(0);
    assertThat(git.address()).contains(MAIN + "/x86_64/git-2.51.0-r0.apk");
    assertThat(git.dataHash()).contains(Digest.sha256("git"));
    assertThat(bill.apk().get(1).address()).as("a repository of one's own").isEmpty();
    assertThat(bill.subject().release()).contains(new OsRelease("alpine", "3.24"));
    assertThat(bill.subject().created()).isEqualTo(Instant.ofEpochSecond(1_800_000_000));
    assertThat(bill.subject().manifest()).isEmpty();
  }

  @Test
  void needsTheDefinitionThatTheLockWasMadeFor() {
    refuse(lock(), null, "is based on another image");
    refuse(
        lock(),
        ImageDefinition.from(PARENT, "child").withNpm(project("2.0.0")),
        "has npm packages");
    refuse(LockFile.empty(UpstreamKind.OFFICIAL), CHILD, "has no image child for linux/amd64");
    refuse(
        LockFile.empty(UpstreamKind.OFFICIAL).with(CHILD_KEY, child()),
        CHILD,
        "has no image small");
  }

  private static void refuse(LockFile lock, @Nullable ImageDefinition definition, String words) {
    assertThatThrownBy(() -> LockedBill.of(lock, CHILD_KEY, definition))
        .isInstanceOf(LockException.class)
        .hasMessageContaining(words);
  }

  private static LockFile lock() {
    LockedBase base =
        new LockedBase(
            Reference.of("alpine:3.24@" + Digest.sha256("base")),
            Digest.sha256("manifest"),
            new TreeMap<>(),
            BasePackages.UPGRADE,
            OwnSources.none());
    LockedImage parent =
        new LockedImage(
            base,
            List.of(Dependency.of("git"), Dependency.of("vim")),
            List.of(pkg("git", "2.51.0-r0", MAIN), pkg("vim", "9.1-r0", "/srv/own")),
            List.of(),
            null,
            null);
    return LockFile.empty(UpstreamKind.OFFICIAL)
        .with("small", AMD64, parent)
        .with(CHILD_KEY, child())
        .withNewest(AMD64, new RepositoryLocation(MAIN), 1_800_000_000)
        .withNewest(Platform.LINUX_ARM64, new RepositoryLocation(MAIN), 1_900_000_000);
  }

  private static LockedImage child() {
    return new LockedImage(
        null,
        List.of(Dependency.of("git"), Dependency.of("jq")),
        List.of(pkg("jq", "1.8.1-r0", MAIN)),
        List.of(new PackageId("vim")),
        Digest.sha256(project("1.0.0").packageLock()),
        null);
  }

  private static LockedPackage pkg(String name, String version, String repository) {
    return new LockedPackage(
        name,
        ApkVersion.of(version),
        new RepositoryLocation(repository),
        1000,
        new Checksum("ab".repeat(20)),
        new LockedPackage.Data(Digest.sha256(name), Digest.sha256(name + ".tar")),
        LockedPackage.Cause.of(null));
  }

  private static NpmProject project(String version) {
    String asked =
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"pad\":\"" + version + "\"}}";
    return new NpmProject(
        asked,
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
            + asked
            + ",\"node_modules/pad\":{\"version\":\""
            + version
            + "\",\"integrity\":\""
            + PAD.integrity()
            + "\",\"license\":\"MIT\"}}}");
  }
}
