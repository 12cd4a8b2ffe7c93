package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.image.Labels;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** An image that an earlier build made is found only where nothing that decides it differs. */
class SettledInputsTest {

  private static final Digest BASE = Digest.sha256("base");

  @Test
  void isTheSameForTheSame() {
    assertThat(key(labels(), BASE, false)).isEqualTo(key(labels(), BASE, false));
  }

  @Test
  void isAnotherWithALabelMore() {
    SortedMap<String, String> more = labels();
    more.put("org.opencontainers.image.vendor", "acme");

    assertThat(key(more, BASE, false)).isNotEqualTo(key(labels(), BASE, false));
  }

  @Test
  void isAnotherWithALabelLessOrOther() {
    for (String name : labels().keySet()) {
      SortedMap<String, String> less = labels();
      less.remove(name);
      SortedMap<String, String> other = labels();
      other.put(name, "other");

      assertThat(key(less, BASE, false)).as(name).isNotEqualTo(key(labels(), BASE, false));
      assertThat(key(other, BASE, false)).as(name).isNotEqualTo(key(labels(), BASE, false));
    }
  }

  @Test
  void isAnotherOnAnotherBaseOrWithScriptsLookedAt() {
    assertThat(key(labels(), Digest.sha256("other"), false))
        .isNotEqualTo(key(labels(), BASE, false));
    assertThat(key(labels(), BASE, true)).isNotEqualTo(key(labels(), BASE, false));
  }

  @Test
  void isAnotherWithoutAPackageOfTheBase() {
    assertThat(key(List.of(new PackageId("old")), labels(), BASE, false))
        .isNotEqualTo(key(List.of(new PackageId("older")), labels(), BASE, false))
        .isNotEqualTo(key(labels(), BASE, false));
  }

  private static SortedMap<String, String> labels() {
    return new TreeMap<>(
        Labels.of(ASmallUpstream.image("tool"), "1", UpstreamKind.MIRROR, "alpine", BASE));
  }

  private static Digest key(SortedMap<String, String> labels, Digest base, boolean strict) {
    return key(List.of(), labels, base, strict);
  }

  private static Digest key(
      List<PackageId> removed, SortedMap<String, String> labels, Digest base, boolean strict) {
    return new SettledInputs(
            ASmallUpstream.image("tool"),
            new SettledInputs.Settled(
                List.of(ALock.locked(AnApk.named("tool"))), removed, labels, Optional.empty()),
            base,
            OwnSources.none(),
            strict,
            Optional.empty())
        .recipe()
        .digest();
  }
}
