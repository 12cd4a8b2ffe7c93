package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tags of an image in a registry, and those that it must not get. */
class DestinationTest {

  private static final Publication STANDARD = Publication.standard();
  private static final Publication UNTAGGED = STANDARD.withTags(Set.of());

  @TempDir private Path folder;
  private BlobStore blobs;
  private EmbeddedRegistry registry;
  private Reference repository;
  private final Publisher publisher = new Publisher(RegistryAccess.standard());

  @BeforeEach
  void start() throws IOException {
    blobs = new BlobStore(folder.resolve("cache"));
    registry = EmbeddedRegistry.start(new BlobStore(folder.resolve("registry")));
    repository = Reference.of(registry.address() + "/acme/tools").withoutDigest();
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Nested
  class Tags {

    @Test
    void followFromTheVersion() throws IOException {
      Destination destination = Destination.of(image("1.2.3"), repository, STANDARD);

      assertThat(destination.tags()).containsExactly("1.2.3", "1.2", "1", "latest");
      assertThat(destination.chosen()).isFalse();
    }

    @Test
    void areThoseThatTheUserNames() throws IOException {
      Publication named = STANDARD.withNames(List.of("a", "b"));

      Destination destination = Destination.of(image("1.2.3"), repository, named);
      assertThat(destination.tags()).containsExactly("a", "b");
      assertThat(destination.chosen()).isTrue();
      assertThat(Destination.of(image("1.2.3"), repository.withTag("own"), named).tags())
          .containsExactly("own", "a", "b");
      assertThat(Destination.of(image("1.2.3"), repository.withTag("b"), named).tags())
          .containsExactly("a", "b");
      assertThat(Destination.of(image(""), repository.withTag("own"), STANDARD).tags())
          .containsExactly("own");
    }

    @Test
    void mayBeNone() throws IOException {
      StoredImage image = image("");
      Destination destination = Destination.of(image, repository, UNTAGGED);

      assertThat(destination.tags()).isEmpty();
      assertThat(destination.reference(image))
          .isEqualTo(repository.withDigest(image.root().digest()));
    }

    @Test
    void needAVersion() {
      assertThatThrownBy(() -> Destination.of(image(""), repository, STANDARD))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "tools has no version to make tags of. Add a tag to the address: "
                  + repository
                  + ":TAG.");
    }

    @Test
    void theFirstIsTheImagesAddress() throws IOException {
      StoredImage image = image("1.2.3");

      assertThat(Destination.of(image, repository, STANDARD).reference(image))
          .isEqualTo(repository.withTag("1.2.3"));
    }
  }

  @Nested
  class APublishedVersion {

    @Test
    void isNotPublishedWithOtherContent() throws IOException {
      publish(image("1.2.3"), "1.2.3");
      StoredImage other = AStoredImage.named("tools").madeFrom("mirror").in(blobs);

      assertThatThrownBy(() -> requireUnpublished(other, STANDARD))
          .isInstanceOf(VerificationException.class)
          .hasMessageStartingWith(repository + ":1.2.3 is published with other content (sha256:")
          .hasMessageEndingWith("Publish another version, or overwrite this one with --force.");
      assertThatThrownBy(() -> requireUnpublished(other, UNTAGGED))
          .as("an image that gets its tags later")
          .isInstanceOf(VerificationException.class);
      assertThatCode(
              () -> requireUnpublished(other, STANDARD.withNames(List.of("latest", "1.2.4"))))
          .doesNotThrowAnyException();
    }

    @Test
    void isPublishedAgainWithTheSameContent() throws IOException {
      publish(image("1.2.3"), "1.2.3");

      assertThatCode(() -> requireUnpublished(image("1.2.3"), STANDARD)).doesNotThrowAnyException();
    }

    @Test
    void isPublishedAgainWithTheSameImagesAndOtherStatements() throws IOException {
      publish(image("1.2.3"), "1.2.3");
      StoredImage attested = AStoredImage.named("tools").attested("it").in(blobs);

      assertThatCode(() -> requireUnpublished(attested, STANDARD)).doesNotThrowAnyException();
    }

    @Test
    void mayHaveTagsThatMove() throws IOException {
      publish(image("1.2.3"), "latest", "1", "dev");
      StoredImage other = AStoredImage.named("tools").madeFrom("mirror").in(blobs);

      assertThatCode(() -> requireUnpublished(other, STANDARD)).doesNotThrowAnyException();
    }

    private void requireUnpublished(StoredImage image, Publication publication) {
      Destination.of(image, repository, publication).requireUnpublished(image, publisher);
    }
  }

  @Nested
  class ATagOfReleases {

    @ParameterizedTest
    @CsvSource({
      "1.2.3-rc.1, latest, true",
      "1.2.3-rc.1, 1, true",
      "1.2.3-rc.1, 1.2.3-rc.1, false",
      "1.2.3-rc.1, dev, false",
      "1.2.3, latest, false",
    })
    void isForReleasesOnly(String version, String tag, boolean refused) throws IOException {
      StoredImage image = image(version);
      Destination destination =
          Destination.of(image, repository, STANDARD.withNames(List.of("ok", tag)));

      if (refused) {
        assertThatThrownBy(() -> destination.requireRelease(image))
            .isInstanceOf(VerificationException.class)
            .hasMessageStartingWith(
                repository + ":" + tag + " is for releases, and tools 1.2.3-rc.1 is not a release");
      } else {
        assertThatCode(() -> destination.requireRelease(image)).doesNotThrowAnyException();
      }
    }

    @Test
    void staysWithANewerRelease() throws IOException {
      publish(image("2.0.0"), "2.0.0", "2", "latest");
      publish(image("1.1.0"), "1.1.0", "1.1", "1");

      Destination destination = withoutNewer(image("1.2.3"), STANDARD);

      assertThat(destination.tags()).containsExactly("1.2.3", "1.2", "1");
      assertThat(destination.newer()).isEqualTo(Map.of("latest", "2.0.0"));
    }

    @Test
    void staysWhereItIsForTheSameImage() throws IOException {
      publish(image("1.2.3"), "latest");

      assertThat(withoutNewer(image("1.2.3"), STANDARD).tags()).contains("latest");
    }

    @Test
    void movesIfTheUserNamesIt() throws IOException {
      publish(image("2.0.0"), "latest");

      Destination destination = withoutNewer(image("1.2.3"), STANDARD.withNames(List.of("latest")));
      assertThat(destination.tags()).containsExactly("latest");
      assertThat(destination.newer()).isEmpty();
    }

    @Test
    void isRefusedIfNoOtherTagIsLeft() throws IOException {
      publish(image("2.0.0"), "latest");
      publish(image("1.3.0"), "1");
      Publication moving = STANDARD.withTags(Set.of(VersionTag.MAJOR, VersionTag.LATEST));

      assertThatThrownBy(() -> withoutNewer(image("1.2.3"), moving))
          .isInstanceOf(VerificationException.class)
          .hasMessage(
              "Nothing to publish to "
                  + repository
                  + ": tag 1 is already at 1.3.0, tag latest is already at 2.0.0, newer than 1.2.3."
                  + " To publish it nevertheless, name 1.2.3 as the tag, or use --force.");
    }

    private Destination withoutNewer(StoredImage image, Publication publication) {
      return Destination.of(image, repository, publication).withoutNewer(image, publisher);
    }
  }

  private StoredImage image(String version) throws IOException {
    return AStoredImage.named("tools").version(version).in(blobs);
  }

  private void publish(StoredImage image, String... tags) throws IOException {
    publisher.publish(blobs, image.root(), repository, List.of(tags));
  }
}
