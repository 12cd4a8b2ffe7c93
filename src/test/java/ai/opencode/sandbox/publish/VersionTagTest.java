package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionTagTest {

  @ParameterizedTest
  @CsvSource({
    "1.2.3, 1.2.3 1.2 1 latest",
    "v1.2.3, v1.2.3 v1.2 v1 latest",
    "0.0.1, 0.0.1 0.0 0 latest",
    "10.20.30, 10.20.30 10.20 10 latest",
    "1.2.3-rc.1, 1.2.3-rc.1",
    "v1.2.3-0, v1.2.3-0",
    "1.0.0-SNAPSHOT, 1.0.0-SNAPSHOT",
    "1.2, 1.2",
    "01.2.3, 01.2.3",
    "1.2.3.4, 1.2.3.4",
    "latest, latest",
    "dev, dev",
  })
  void aVersionHasTheseTags(String version, String tags) {
    assertThat(VersionTag.of(version, VersionTag.all())).containsExactly(tags.split(" ", -1));
  }

  @Test
  void eachTagCanBeLeftOut() {
    assertThat(VersionTag.of("1.2.3", Set.of(VersionTag.LATEST, VersionTag.FULL)))
        .isEqualTo(List.of("1.2.3", "latest"));
    assertThat(VersionTag.of("1.2.3", Set.of(VersionTag.MAJOR))).containsExactly("1");
    // A pre-release keeps its only tag, because an image without tag could not be found.
    assertThat(VersionTag.of("1.2.3-rc.1", Set.of(VersionTag.MAJOR))).containsExactly("1.2.3-rc.1");
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3, true",
    "v1.2.3, true",
    "1.2.3-rc.1, true",
    "1.2.3-SNAPSHOT, false",
    "1.2, false",
    "1, false",
    "latest, false",
    "dev, false",
  })
  void aTagOfOneVersionIsFinal(String tag, boolean isFinal) {
    assertThat(VersionTag.isFinal(tag)).isEqualTo(isFinal);
  }

  @ParameterizedTest
  @CsvSource({
    "1.3.0, 1.2.4, true",
    "1.10.0, 1.9.9, true",
    "v2.0.0, 1.9.9, true",
    "1.2.4, 1.3.0, false",
    "1.2.3, 1.2.3, false",
    "2.0.0-rc.1, 1.0.0, false",
    "2.0.0, 1.0.0-rc.1, false",
    "dev, 1.0.0, false",
  })
  void releasesHaveAnOrder(String version, String other, boolean newer) {
    assertThat(VersionTag.isNewer(version, other)).isEqualTo(newer);
  }

  @ParameterizedTest
  @CsvSource({"latest, true", "1, true", "v1.2, true", "1.2.3, false", "dev, false", "01, false"})
  void someTagsFollowReleases(String tag, boolean follows) {
    assertThat(VersionTag.followsReleases(tag)).isEqualTo(follows);
  }

  @Test
  void anUnknownKindIsRefused() {
    assertThat(VersionTag.of("minor")).isEqualTo(VersionTag.MINOR);
    assertThatThrownBy(() -> VersionTag.of("patch"))
        .isInstanceOf(UsageException.class)
        .hasMessage("\"patch\" is not a kind of tag. Use one of full, minor, major, latest.");
  }
}
