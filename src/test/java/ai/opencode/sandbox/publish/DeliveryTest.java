package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryTest {

  @ParameterizedTest
  @CsvSource({
    "oci,            /srv/images,   tools,   oci:/srv/images:tools",
    "docker-archive, /srv/a.tar,    tools:1, docker-archive:/srv/a.tar:tools:1",
    "docker-daemon,  ,              tools:1, docker-daemon:tools:1",
    "docker,         ,              ghcr.io/acme/tools:1, ghcr.io/acme/tools:1",
  })
  void aPlaceIsWrittenAsOtherProgramsTakeIt(String transport, Path path, String name, String text) {
    assertThat(new Place(new Transport(transport), Optional.ofNullable(path), name))
        .hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Oci", "oci:", "docker archive"})
  void aKindOfPlaceIsAWord(String name) {
    assertThatThrownBy(() -> new Transport(name)).isInstanceOf(UsageException.class);
  }

  @Test
  void aPlaceCanBeNamedByAnotherPath() {
    Place place = new Place(Transport.OCI_LAYOUT, Optional.of(Path.of("/srv/images")), "tools");

    assertThat(place.withPath(Path.of("images"))).hasToString("oci:images:tools");
  }

  @Test
  void keepsStayingTagsInTheirOrder() {
    Map<String, String> staying = new LinkedHashMap<>(Map.of("latest", "1.3.0"));
    staying.put("1", "1.3.0");
    Delivery delivery =
        new Delivery(
            Target.of("ghcr.io/acme/"),
            "tools",
            new Place(Transport.REGISTRY, Optional.empty(), "ghcr.io/acme/tools:1.2.4"),
            Digest.sha256("tools"),
            List.of("1.2.4"),
            staying,
            Optional.empty());
    staying.clear();

    assertThat(delivery.staying().keySet()).containsExactly("1", "latest");
  }

  @Test
  void aLocalDeliverySendsNothing() {
    Place place = new Place(Transport.ENGINE, Optional.empty(), "tools:1");
    Delivery delivery =
        Delivery.local(
            Target.of("docker-daemon:"),
            "tools",
            place,
            Digest.sha256("x"),
            List.of("1", "latest"));

    assertThat(delivery.transfer()).isEmpty();
    assertThat(delivery.staying()).isEmpty();
    assertThat(delivery.tags()).containsExactly("1", "latest");
  }
}
