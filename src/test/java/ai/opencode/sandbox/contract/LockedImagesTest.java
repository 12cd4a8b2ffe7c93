package ai.opencode.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedInputs;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.verify.KnownImages;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LockedImagesTest {

  private static final Platform PLATFORM = Platform.LINUX_AMD64;
  private static final Digest ROOT = Digest.sha256("the index of the base");
  private static final Digest MANIFEST = Digest.sha256("the manifest of the base");
  private static final Digest RESULT = Digest.sha256("the result");
  private static final LockedImage FIRST = image(base(MANIFEST), "first", "bash");
  private static final LockedImage SECOND = image(null, "second", "bash", "git");
  private static final LockedImage THIRD = image(null, "third", "bash", "git", "make");
  private static final LockedImage BESIDE = image(null, "beside", "bash", "nano");

  private static LockedBase base(@Nullable Digest manifest) {
    Reference reference = Reference.of("h.example/alpine@" + ROOT);
    return new LockedBase(reference, manifest, new TreeMap<>(), BasePackages.UPGRADE);
  }

  private static LockedImage image(@Nullable LockedBase base, String npm, String... requested) {
    return new LockedImage(
        base,
        Stream.of(requested).map(Dependency::of).toList(),
        List.of(),
        List.of(),
        Digest.sha256(npm),
        RESULT);
  }

  private static KnownImages images() {
    return new LockedImages(
        Optional.of(
            LockFile.empty(UpstreamKind.MIRROR)
                .with("third", PLATFORM, THIRD)
                .with("second", PLATFORM, SECOND)
                .with("beside", PLATFORM, BESIDE)
                .with("first", PLATFORM, FIRST)));
  }

  @Test
  void haveTheBasesOfTheLockByEitherDigest() {
    assertThat(images().haveBase(PLATFORM, ROOT)).isTrue();
    assertThat(images().haveBase(PLATFORM, MANIFEST)).isTrue();
    assertThat(images().haveBase(PLATFORM, RESULT)).isFalse();
    assertThat(images().haveBase(Platform.LINUX_ARM64, ROOT)).isFalse();
  }

  @Test
  void haveTheBaseOfThisProgramOnlyWithoutALock() {
    Digest pinned = OfficialUpstream.base().pinned().orElseThrow();

    assertThat(new LockedImages(Optional.empty()).haveBase(PLATFORM, pinned)).isTrue();
    assertThat(new LockedImages(Optional.empty()).haveBase(PLATFORM, ROOT)).isFalse();
    assertThat(images().haveBase(PLATFORM, pinned)).isFalse();
    assertThat(new LockedImages(Optional.empty()).locked(PLATFORM)).isEmpty();
  }

  @Test
  void haveTheResultsOfThePlatform() {
    assertThat(images().locked(PLATFORM).orElseThrow())
        .extracting(KnownImages.Locked::name, each -> each.result().orElseThrow())
        .hasSize(4)
        .allSatisfy(each -> assertThat(each.toList().get(1)).isEqualTo(RESULT));
    assertThat(images().locked(Platform.LINUX_ARM64)).contains(List.of());
  }

  /** A lock does not say which image is the parent of another, only what each asks for. */
  @Test
  void haveADigestForEachLineOfParents() {
    List<LockedImage> all = List.of(FIRST, SECOND, THIRD, BESIDE);

    assertThat(LockedInputs.digests(FIRST, all))
        .isEqualTo(Set.of(LockedInputs.digest(MANIFEST, List.of(FIRST))));
    assertThat(LockedInputs.digests(THIRD, all))
        .isEqualTo(
            Set.of(
                LockedInputs.digest(MANIFEST, List.of(FIRST, THIRD)),
                LockedInputs.digest(MANIFEST, List.of(FIRST, SECOND, THIRD))));
    assertThat(LockedInputs.digests(SECOND, List.of(SECOND))).isEmpty();
    assertThat(LockedInputs.digests(image(base(null), "old", "bash"), all)).isEmpty();
  }

  @Test
  void haveNoDigestIfTheLinesAreTooMany() {
    LockedImage[] many = new LockedImage[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = image(i == 0 ? base(MANIFEST) : null, "n" + i, "bash");
    }

    assertThat(LockedInputs.digests(many[1], List.of(many))).isEmpty();
  }
}
