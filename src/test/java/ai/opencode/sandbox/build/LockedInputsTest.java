package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LockedInputsTest {

  private static final Digest BASE = Digest.sha256("base");
  private static final Digest NPM = Digest.sha256("{\"lock\": \"é\"}");
  private static final Reference NAMED = ALock.BASE.withDigest(Digest.sha256("index"));

  @Nested
  class OfADefinition {

    @Test
    void holdThePackagesOfItsParentsToo() {
      ImageDefinition child =
          ImageDefinition.from(ASmallUpstream.image("tool", "zip"), "child").withPackages("other");

      assertThat(LockedInputs.of(child, BASE, Optional.empty()))
          .isEqualTo(
              new LockedInputs(Dependency.listOf("other tool zip"), BASE, Optional.empty(), null));
    }

    @Test
    void holdTheHashOfPackageLock() {
      ImageDefinition image =
          ASmallUpstream.image("tool").withNpm(new NpmProject("{}", "{\"lock\": \"é\"}"));

      assertThat(LockedInputs.of(image, BASE, Optional.empty()).npmLock()).isEqualTo(NPM);
    }
  }

  @Nested
  class Difference {

    private final LockedInputs inputs =
        new LockedInputs(Dependency.listOf("other tool"), BASE, Optional.empty(), NPM);

    @Test
    void isNoneWhereAllAgrees() {
      assertThat(inputs.difference(locked(BASE, NPM, "other", "tool"))).isEmpty();
    }

    @Test
    void isNoneOfTheBaseForAnEntryWithAParent() {
      assertThat(inputs.difference(locked(null, NPM, "other", "tool"))).isEmpty();
    }

    @Test
    void namesThePackages() {
      assertThat(inputs.difference(locked(BASE, NPM, "tool", "zip")))
          .contains("it was made for the packages tool zip");
    }

    @Test
    void namesTheBase() {
      assertThat(inputs.difference(locked(Digest.sha256("older"), NPM, "other", "tool")))
          .contains("it was made for the base image " + NAMED);
    }

    @Test
    void namesPackageLock() {
      LockedInputs withoutNpm =
          new LockedInputs(Dependency.listOf("other tool"), BASE, Optional.empty(), null);
      String changed = "package-lock.json has changed";

      assertThat(inputs.difference(locked(BASE, null, "other", "tool"))).contains(changed);
      assertThat(inputs.difference(locked(BASE, BASE, "other", "tool"))).contains(changed);
      assertThat(withoutNpm.difference(locked(BASE, NPM, "other", "tool"))).contains(changed);
      assertThat(withoutNpm.difference(locked(BASE, null, "other", "tool"))).isEmpty();
    }

    private LockedImage locked(@Nullable Digest base, @Nullable Digest npm, String... requested) {
      return new LockedImage(
          new LockedBase(NAMED, base, new TreeMap<>(), BasePackages.UPGRADE),
          Dependency.listOf(String.join(" ", requested)),
          List.of(),
          List.of(),
          npm,
          BASE);
    }
  }
}
