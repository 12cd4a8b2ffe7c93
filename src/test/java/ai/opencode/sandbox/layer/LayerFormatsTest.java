package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.install.scripts.KnownScripts;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The key of images, which changes with the table of known installation scripts. */
class LayerFormatsTest {

  @Test
  void areOthersWithEachLineOfTheTable() {
    assertThat(Layering.formats().digest())
        .isEqualTo(Layering.formats(KnownScripts.table()).digest());
    for (String line : KnownScripts.table().keySet()) {
      SortedMap<String, String> other = new TreeMap<>(KnownScripts.table());
      other.remove(line);

      assertThat(Layering.formats(other).digest())
          .as(line)
          .isNotEqualTo(Layering.formats().digest());
    }
  }

  @Test
  void theTableHasBothWhatIsReproducedAndWhatNeedNotBe() {
    assertThat(KnownScripts.table())
        .hasEntrySatisfying("busybox", line -> assertThat(line).contains("applet links 1"))
        .hasEntrySatisfying(
            "ca-certificates", line -> assertThat(line).contains("local certificates 3"))
        .containsKey("bash");
  }
}
