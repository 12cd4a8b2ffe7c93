package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, tags and places of delivered images. */
class NamingTest {

  @Nested
  class APlace {

    @Test
    void ofARegistryIsItsName() {
      assertThat(new Place(Transport.REGISTRY, Optional.empty(), "r.example/tools:1"))
          .hasToString("r.example/tools:1");
    }

    @Test
    void elsewhereHasItsKindAndPath() {
      Place place = new Place(Transport.ENGINE, Optional.empty(), "tools:1");

      assertThat(place).hasToString("docker-daemon:tools:1");
      assertThat(place.withPath(Path.of("a/b"))).hasToString("docker-daemon:a/b:tools:1");
    }

    @Test
    void isRunByItsName() {
      assertThat(new Place(Transport.REGISTRY, Optional.empty(), "tools:1").runnable("sandbox"))
          .containsExactly(
              "sandbox run tools:1", "docker run --rm -it -v \"$PWD\":/workspace tools:1");
    }
  }

  @Nested
  class APublication {

    @ParameterizedTest
    @ValueSource(strings = {"", ".a", "-a", "a b", "a/b", "a:b", "ä"})
    void hasNoOtherTags(String name) {
      assertThatThrownBy(() -> Publication.standard().withNames(List.of("ok", name)))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("\"" + name + "\" is not a tag.");
    }

    @Test
    void hasTagsOfAtMost128Characters() {
      String longest = "a".repeat(128);

      assertThat(Publication.standard().withNames(List.of(longest, "_.-")).names()).hasSize(2);
      assertThatThrownBy(() -> Publication.standard().withNames(List.of(longest + "a")))
          .isInstanceOf(UsageException.class);
    }

    @Test
    void hasEachTagOnceAndInItsOrder() {
      assertThat(Publication.standard().withNames(List.of("b", "a", "b")).names())
          .containsExactly("b", "a");
    }

    @Test
    void keepsAllElseIfOneIsChanged() {
      Set<VersionTag> one = EnumSet.of(VersionTag.all().iterator().next());
      Publication changed =
          Publication.standard().withTags(one).withNames(List.of("a")).withOverwriting(true);

      assertThat(changed).isEqualTo(new Publication(one, List.of("a"), true));
      assertThat(Publication.standard())
          .isEqualTo(new Publication(VersionTag.all(), List.of(), false));
    }
  }

  @Nested
  class EngineNamesOfAnImage {

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
      "'', tools:1.2.3",
      "it, it:1.2.3",
      "acme/, acme/tools:1.2.3",
      "r:80/it, r:80/it:1.2.3",
      "r:80/, r:80/tools:1.2.3",
      "r:80/it:7, r:80/it:7",
      "it:7, it:7",
    })
    void beginWith(String wanted, String first) throws Exception {
      assertThat(names(wanted).first()).isEqualTo(first);
    }

    @Test
    void areThoseOfAllTagsUnlessOneIsNamed() throws Exception {
      assertThat(names("it").all()).containsExactly("it:1.2.3", "it:1.2", "it:1", "it:latest");
      assertThat(names("it:7").all()).containsExactly("it:7");
    }

    @Test
    void haveAKindOfTag() throws Exception {
      Publication untagged = Publication.standard().withTags(Set.of());

      assertThat(names("it:7", untagged).all()).containsExactly("it:7");
      assertThatThrownBy(() -> names("it", untagged))
          .isInstanceOf(UsageException.class)
          .hasMessage("it would have no tag in the engine. Name at least one kind of tag.");
    }

    private EngineNames names(String wanted) throws Exception {
      return names(wanted, Publication.standard());
    }

    private EngineNames names(String wanted, Publication publication) throws Exception {
      StoredImage image = AStoredImage.named("tools").in(new BlobStore(folder));
      return EngineNames.of(wanted, image, publication);
    }
  }

  @Nested
  class TheOnePlatform {

    private static final Platform OTHER = new Platform("linux", "s390x");

    @TempDir private Path folder;

    @Test
    void isTheTargetsOwn() throws Exception {
      StoredImage image = AStoredImage.named("tools").in(new BlobStore(folder));

      for (Platform each : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
        assertThat(of(each).manifestOf(image).platform()).isEqualTo(each);
      }
      assertThatThrownBy(() -> of(OTHER).manifestOf(image))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("linux/s390x, is not among linux/amd64, linux/arm64.");
    }

    @Test
    void isAnyIfThereIsOnlyOne() {
      assertThatCode(() -> of(OTHER).requireAmong(List.of(Platform.LINUX_AMD64)))
          .doesNotThrowAnyException();
    }

    @Test
    void isAmongSeveral() {
      List<Platform> both = List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64);

      assertThatCode(() -> of(Platform.LINUX_ARM64).requireAmong(both)).doesNotThrowAnyException();
      assertThatThrownBy(() -> of(OTHER).requireAmong(both))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("docker-daemon:")
          .hasMessageContaining("Build one of them only, or build to oci:DIRECTORY.");
    }

    private OnePlatform of(Platform platform) {
      return new OnePlatform(Target.of("docker-daemon:"), platform);
    }
  }

  @Test
  void plannedImagesStayAsTheyWerePlanned() {
    List<String> names = new ArrayList<>(List.of("a"));
    List<Platform> platforms = new ArrayList<>(List.of(Platform.LINUX_AMD64));
    PlannedImages planned = new PlannedImages(names, platforms, Optional.of(UpstreamKind.MIRROR));

    names.clear();
    platforms.clear();

    assertThat(planned.names()).containsExactly("a");
    assertThat(planned.platforms()).containsExactly(Platform.LINUX_AMD64);
  }
}
