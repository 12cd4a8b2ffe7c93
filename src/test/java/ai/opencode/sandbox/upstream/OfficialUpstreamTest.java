package ai.opencode.sandbox.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OfficialUpstreamTest {

  private static final String DIGEST = "@" + Digest.sha256("another index");
  private static final String CDN = "https://dl-cdn.alpinelinux.org/alpine/";

  @Test
  void startsFromThePinnedImage() {
    Upstream official = OfficialUpstream.of(null, List.of());

    assertThat(official.kind()).isEqualTo(UpstreamKind.OFFICIAL);
    assertThat(official.base()).isEqualTo(new Upstream.RegistryBase(OfficialUpstream.base()));
    assertThat(official.locations())
        .extracting(RepositoryLocation::text)
        .containsExactly(CDN + "v3.24/main", CDN + "v3.24/community");
  }

  @ParameterizedTest
  @CsvSource({
    "docker.io/library/alpine:3.24, v3.24",
    "docker.io/library/alpine:3.23, v3.23",
    "docker.io/library/alpine:3.23.4, v3.23",
    "alpine:3.25, v3.25",
    "docker.io/library/alpine:edge, edge",
    "docker.io/library/alpine:latest, v3.24",
    "docker.io/library/alpine, v3.24"
  })
  void takesAnotherImageOfAlpineWithItsReleasesRepositories(String name, String release) {
    Reference base = Reference.of(name + DIGEST);

    Upstream official = OfficialUpstream.of(base, List.of());

    assertThat(official.kind()).isEqualTo(UpstreamKind.OFFICIAL);
    assertThat(official.base()).isEqualTo(new Upstream.RegistryBase(base));
    assertThat(official.locations())
        .extracting(RepositoryLocation::text)
        .containsExactly(CDN + release + "/main", CDN + release + "/community");
  }

  @Test
  void takesOtherRepositoriesOfAlpine() {
    List<RepositoryLocation> edge = List.of(new RepositoryLocation(CDN + "edge/main"));

    assertThat(OfficialUpstream.of(null, edge).locations()).isEqualTo(edge);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker.io/library/alpine:3.24",
        "docker.io/library/debian:13@sha256:",
        "docker.io/somebody/alpine:3.24@sha256:",
        "127.0.0.1:5000/library/alpine:3.24@sha256:",
        "registry-1.docker.io.example/library/alpine:3.24@sha256:"
      })
  void refusesAnImageThatIsNotAlpinesByDigest(String name) {
    Reference base = Reference.of(name.replace("@sha256:", DIGEST));

    assertThatThrownBy(() -> OfficialUpstream.of(base, List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot start from " + base)
        .hasMessageContaining("--upstream mirror");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://mirror.example/alpine/v3.24/main",
        "http://dl-cdn.alpinelinux.org/alpine/v3.24/main",
        "https://dl-cdn.alpinelinux.org.example/alpine/v3.24/main",
        "/srv/alpine/v3.24/main"
      })
  void refusesARepositoryThatIsNotAlpines(String repository) {
    assertThatThrownBy(() -> OfficialUpstream.of(null, List.of(new RepositoryLocation(repository))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot take packages from " + repository);
  }

  @Test
  void knowsTheImagesThatItsVersionsStartedFrom() {
    String earlier = "sha256:5b02b42e375f7426f8d65c3af331ca05d9878f9989230354504e0b9dfd431f60";

    assertThat(OfficialUpstream.isPinnedBase(OfficialUpstream.base())).isTrue();
    assertThat(OfficialUpstream.isPinnedBase(Reference.of("alpine:3.24@" + earlier))).isTrue();
    assertThat(OfficialUpstream.isPinnedBase(Reference.of("alpine:3.24" + DIGEST))).isFalse();
    assertThat(OfficialUpstream.isPinnedBase(Reference.of("x.example/alpine@" + earlier)))
        .isFalse();
  }
}
