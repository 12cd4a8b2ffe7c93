package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.inspect.EngineAgreesIT;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.verify.OddLayers.Kind;
import ai.opencode.sandbox.verify.OddLayers.Odd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An entry that ends up at another path or changes its type is a finding; an unusual but
 * unambiguous entry is not. {@link EngineAgreesIT} holds the latter against a real engine.
 */
class RefusesHiddenPlacesTest {

  @TempDir private Path work;

  @Test
  void manyAreRefusedAndManyAccepted() throws IOException {
    Map<Kind, Integer> accepted = new EnumMap<>(Kind.class);
    Map<Kind, Integer> all = new EnumMap<>(Kind.class);
    for (Odd odd : OddLayers.all()) {
      all.merge(odd.kind(), 1, Integer::sum);
      if (flaws(odd, work).isEmpty()) {
        accepted.merge(odd.kind(), 1, Integer::sum);
      }
    }
    assertThat(all.values().stream().mapToInt(i -> i).sum()).isGreaterThanOrEqualTo(300);
    assertThat(accepted.values().stream().mapToInt(i -> i).sum()).isGreaterThanOrEqualTo(120);
    assertThat(accepted).doesNotContainKey(Kind.SPARSE);
    for (Kind kind : Kind.values()) {
      if (kind != Kind.SPARSE) {
        assertThat(accepted.get(kind)).as(kind.toString()).isGreaterThanOrEqualTo(10);
      }
    }
  }

  static Stream<Odd> hostile() {
    return OddLayers.all().stream()
        .filter(odd -> odd.kind() == Kind.SPARSE || odd.name().startsWith("refused "));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void isRefused(Odd odd) throws IOException {
    assertThat(flaws(odd, work)).isNotEmpty();
  }

  static List<String> flaws(Odd odd, Path work) throws IOException {
    List<byte[]> archives = new ArrayList<>(List.of(OddLayers.below()));
    archives.addAll(odd.layers());
    List<Layer> layers = new ArrayList<>();
    for (byte[] archive : archives) {
      layers.add(
          new Layer(layers.size() + 1, null, null, "", () -> new ByteArrayInputStream(archive)));
    }
    List<String> flaws = new ArrayList<>();
    ImageRoot.read(
        layers, work, (id, where, message) -> flaws.add(id + " " + where + " " + message));
    return flaws;
  }
}
