package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.publish.ATapeTarget;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command {@code publish}: tags, targets and refusals for finished images. */
@Execution(ExecutionMode.CONCURRENT)
class PublishCommandTest {

  @TempDir private Path directory;
  private EmbeddedRegistry target;

  @BeforeEach
  void start() throws IOException {
    target = EmbeddedRegistry.start(new BlobStore(directory.resolve("target")));
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
  }

  @Test
  void sendsAllImagesOfALayoutUnderTheirNamesAndTags() throws Exception {
    Descriptor tools = keep("tools", "1.2.3", "official");
    Descriptor more = keep("team/more:7", "v0.1.0", "mirror");

    ARun run = publish("oci:" + layout(), target.address() + "/acme/");

    assertThat(run.err())
        .contains("/acme/tools:1.2.3 (also 1.2, 1, latest): 2 blobs (", " 2 there already");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo(
            target.address()
                + "/acme/team/more:v0.1.0@"
                + more.digest()
                + "\n"
                + target.address()
                + "/acme/tools:1.2.3@"
                + tools.digest()
                + "\n");
    assertThat(named("acme/tools", "latest")).contains(tools.digest());
    assertThat(named("acme/team/more", "v0")).contains(more.digest());
    for (Digest digest : OciLayout.reachable(target.blobs(), tools)) {
      target.blobs().verify(digest);
    }
  }

  @Test
  void namesTheRemedyForAReadOnlyRegistryOnce() throws Exception {
    keep("tools", "1.2.3", "official");
    try (EmbeddedRegistry readOnly = EmbeddedRegistry.serve(new OciLayout(layout()), 0)) {
      ARun run = publish("oci:" + layout(), readOnly.address() + "/acme/");

      assertThat(run.err())
          .endsWith(
              " (UNSUPPORTED: this registry is read-only. Start it with \"serve --push\" to push to"
                  + " it or to delete from it.)\n");
      assertThat(run.exitCode()).isEqualTo(5);
    }
  }

  @Test
  void sendsOneImageToSeveralRegistriesUnderChosenTags() throws Exception {
    Descriptor tools = keep("tools", "1.2.3", "official");
    try (EmbeddedRegistry other =
        EmbeddedRegistry.start(new BlobStore(directory.resolve("other")))) {
      ARun run =
          publish(
              "oci:" + layout() + ":tools",
              target.address() + "/a/tools",
              "--to",
              other.address() + "/b/tools:stable",
              "--tag",
              "nightly,2026-11");

      assertThat(run.exitCode()).isZero();
      assertThat(target.tags("a/tools").keySet()).containsExactly("2026-11", "nightly");
      assertThat(other.tags("b/tools").keySet()).containsExactly("2026-11", "nightly", "stable");
      assertThat(other.find("b/tools", "stable")).map(Descriptor::digest).contains(tools.digest());
    }
  }

  @Test
  void takesAnImageFromAnotherRegistryWithAllItsPlatforms() throws Exception {
    Descriptor tools = keep("tools", "1.2.3", "official");
    try (EmbeddedRegistry source = EmbeddedRegistry.serve(new OciLayout(layout()), 0)) {
      ARun run = publish(source.address() + "/tools", target.address() + "/acme/");

      assertThat(run.exitCode()).isZero();
      assertThat(named("acme/tools", "1.2.3")).contains(tools.digest());
      assertThat(OciLayout.reachable(target.blobs(), tools)).hasSize(7);
    }
  }

  @Test
  void takesThisProgramsImagesFromANamespace() throws Exception {
    Descriptor base = keep("team/opencode-sandbox-base:1.2.3", "1.2.3", "official");
    Descriptor developer = keep("team/opencode-sandbox-developer:1.2.3", "1.2.3", "official");
    keep("team/tools", "1.2.3", "official");
    try (EmbeddedRegistry source = EmbeddedRegistry.serve(new OciLayout(layout()), 0)) {
      ARun run = publish(source.address() + "/team/:1.2.3", target.address() + "/acme/");

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out().lines()).hasSize(2);
      assertThat(named("acme/opencode-sandbox-base", "1.2.3")).contains(base.digest());
      assertThat(named("acme/opencode-sandbox-developer", "1.2.3")).contains(developer.digest());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "oci.example.com/team/, true",
    "registry.example/team/:1.2.3, true",
    "registry.example/team/tools:1.2.3, false",
    "oci:images/, false",
    "oci-archive:images/, false",
    "docker-archive:images/, false"
  })
  void onlyARegistryHasANamespace(String image, boolean expected) {
    assertThat(PublishCommand.NAMESPACE.matcher(image).matches()).isEqualTo(expected);
  }

  @Test
  void takesAnImageFromAnOciArchive() throws Exception {
    Descriptor tools = keep("tools", "1.2.3", "official");
    Path archive = directory.resolve("tools.tar");
    Process tar =
        new ProcessBuilder("tar", "-cf", archive.toString(), "-C", layout().toString(), ".")
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();

    assertThat(publish("oci-archive:" + archive, target.address() + "/acme/").exitCode()).isZero();
    assertThat(named("acme/tools", "1.2.3")).contains(tools.digest());
  }

  @Test
  void theStandInStaysOnThisMachine() throws Exception {
    keep("tools", "1.2.3", "stand-in");
    ARun run = publish("oci:" + layout(), "registry.example.com/acme/");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err())
        .contains("tools is made from the stand-in and must not leave this machine: not sent to")
        .contains("registry.example.com/acme/");
    assertThat(publish("oci:" + layout(), target.address() + "/acme/").exitCode()).isZero();
  }

  @Test
  void aPublishedVersionStaysUnlessForced() throws Exception {
    Descriptor first = keep("tools", "1.2.3", "official");
    assertThat(publish("oci:" + layout(), target.address() + "/acme/").exitCode()).isZero();
    // The same content again is no change.
    assertThat(publish("oci:" + layout(), target.address() + "/acme/").exitCode()).isZero();

    Descriptor second = keep("tools", "1.2.3", "mirror");
    ARun refused = publish("oci:" + layout(), target.address() + "/acme/");
    assertThat(refused.exitCode()).isEqualTo(6);
    assertThat(refused.err()).contains("is published with other content (" + first.digest());
    assertThat(named("acme/tools", "latest")).contains(first.digest());

    assertThat(publish("oci:" + layout(), target.address() + "/acme/", "--force").exitCode())
        .isZero();
    assertThat(named("acme/tools", "1.2.3")).contains(second.digest());
  }

  @Test
  void sendsAnImageBeforeItsTags() throws Exception {
    Descriptor tools = keep("tools", "1.2.3", "official");
    ARun untagged = publish("oci:" + layout(), target.address() + "/acme/", "--tags", "none");

    assertThat(untagged.out())
        .isEqualTo(target.address() + "/acme/tools@" + tools.digest() + System.lineSeparator());
    assertThat(target.tags("acme/tools")).isEmpty();
    assertThat(target.find("acme/tools", tools.digest().toString())).isPresent();

    ARun tagged = publish("oci:" + layout(), target.address() + "/acme/");
    assertThat(tagged.err()).contains(": 0 blobs (0.0 MB) sent, ");
    assertThat(named("acme/tools", "latest")).contains(tools.digest());
  }

  @Test
  void refusesAnImageBeforeItsTagsWhoseVersionIsPublished() throws Exception {
    release("1.2.3");
    Descriptor second = keep("tools", "1.2.3", "mirror");
    ARun refused = publish("oci:" + layout(), target.address() + "/acme/", "--tags", "none");

    assertThat(refused.exitCode()).isEqualTo(6);
    assertThat(refused.err()).contains("tools:1.2.3 is published with other content");
    assertThat(target.find("acme/tools", second.digest().toString())).isEmpty();
  }

  @Test
  void noTagsAndSomeTagsAreAContradiction() throws Exception {
    keep("tools", "1.2.3", "official");
    ARun run = publish("oci:" + layout(), target.address() + "/acme/", "--tags", "none,full");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--tags none is for images without a tag, and none,full names");
  }

  @Test
  void aCorrectionOfAnOldReleaseMovesNoTagBack() throws Exception {
    release("1.3.0");
    ARun old = release("1.2.4");

    assertThat(old.exitCode()).isZero();
    assertThat(old.err())
        .contains("/acme/tools:1.2.4 (also 1.2): ")
        .contains("latest stays at 1.3.0", "1 stays at 1.3.0");
    assertThat(version("1.2")).isEqualTo("1.2.4");
    assertThat(version("1")).isEqualTo("1.3.0");
    assertThat(version("latest")).isEqualTo("1.3.0");

    // Publishing the same version again does not move them either.
    assertThat(release("1.2.4").exitCode()).isZero();
    assertThat(version("latest")).isEqualTo("1.3.0");
    release("1.2.5");
    assertThat(version("1.2")).isEqualTo("1.2.5");
    release("1.10.0");
    assertThat(version("latest")).isEqualTo("1.10.0");

    ARun nothing = release("1.2.6", "--tags", "latest");
    assertThat(nothing.exitCode()).isEqualTo(6);
    assertThat(nothing.err()).contains("tag latest is already at 1.10.0, newer than 1.2.6");
    release("1.2.6", "--force");
    assertThat(version("latest")).isEqualTo("1.2.6");
    // --force moves them back.
    assertThat(release("1.2.5", "--tag", "latest").exitCode()).isZero();
    assertThat(version("latest")).isEqualTo("1.2.5");
  }

  @Test
  void aPreReleaseNeverMovesTagsOfReleases() throws Exception {
    release("1.2.3");
    assertThat(release("2.0.0-rc.1").exitCode()).isZero();
    assertThat(target.tags("acme/tools").keySet())
        .containsExactly("1", "1.2", "1.2.3", "2.0.0-rc.1", "latest");

    for (String tag : List.of("latest", "2", "v2.0")) {
      ARun refused = release("2.0.0-rc.1", "--tag", tag);
      assertThat(refused.exitCode()).isEqualTo(6);
      assertThat(refused.err())
          .contains(
              "/acme/tools:" + tag + " is for releases, and tools 2.0.0-rc.1 is not a release");
    }
    assertThat(version("latest")).isEqualTo("1.2.3");
    assertThat(release("2.0.0-rc.1", "--tag", "latest", "--force").exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "oci:LAYOUT:nothing, TARGET/acme/, 2, has no image nothing",
    "oci:LAYOUT/missing, TARGET/acme/, 2, There is no directory",
    "docker-archive:x.tar, TARGET/acme/, 2, has no manifest",
    "oci:LAYOUT, oci:elsewhere, 2, oci:elsewhere is not a registry",
    "oci:LAYOUT, tools, 2, names no registry",
    "oci:LAYOUT, 127.0.0.1:1/acme/, 5, No answer from 127.0.0.1:1",
    "TARGET/absent:1, TARGET/acme/, 2, has no absent:1",
  })
  void namesTheFault(String image, String to, int exitCode, String sentence) throws Exception {
    keep("tools", "1.2.3", "official");
    ARun run =
        publish(
            image.replace("LAYOUT", layout().toString()).replace("TARGET", target.address()),
            to.replace("TARGET", target.address()));

    assertThat(run.err()).contains(sentence);
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void asksTheTargetWhetherItTakesFinishedImages() {
    Target tape = new ATapeTarget(true);

    assertThat(ImagePublisher.publishable(tape)).isEqualTo(tape);
    assertThatThrownBy(() -> ImagePublisher.publishable(new ATapeTarget(false)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("tape:1 is not a registry");
  }

  @Test
  void anImageWithoutVersionNeedsATag() throws Exception {
    keep("tools", "", "official");
    ARun run = publish("oci:" + layout(), target.address() + "/acme/");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("tools has no version to make tags of. Add a tag to the address: ");
    assertThat(publish("oci:" + layout(), target.address() + "/acme/", "--tag", "1").exitCode())
        .isZero();
    assertThat(publish("oci:" + layout(), target.address() + "/acme/", "--tag", "-x").exitCode())
        .isEqualTo(2);
  }

  @Test
  void damagedContentIsNotSent() throws Exception {
    Descriptor tools = keep("tools", "1.2.3", "official");
    BlobStore blobs = new OciLayout(layout()).blobs();
    Files.writeString(blobs.path(tools.digest()), "{}");
    ARun run = publish("oci:" + layout(), target.address() + "/acme/");
    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(target.tags("acme/tools")).isEmpty();
  }

  private Path layout() {
    return directory.resolve("images");
  }

  /** Keeps an image for both platforms in the layout. */
  private Descriptor keep(String name, String version, String upstream) throws IOException {
    BlobStore made = new BlobStore(directory.resolve("made"));
    Map<String, String> labels =
        version.isEmpty()
            ? Map.of("ai.opencode.sandbox.upstream", upstream)
            : Map.of(
                "org.opencontainers.image.version",
                version,
                "ai.opencode.sandbox.upstream",
                upstream);
    Descriptor image =
        AnImage.forBothPlatforms(
            made, it -> it.withFile("a", "1").withFile("b", "2").withLabels(labels));
    new OciLayout(layout()).put(made, Map.of(name, image));
    return image;
  }

  private ARun release(String version, String... more) throws IOException {
    keep("tools", version, "official");
    return publish("oci:" + layout(), target.address() + "/acme/", more);
  }

  private ARun publish(String image, String to, String... more) {
    List<String> arguments = new ArrayList<>(List.of("publish", image, "--to", to));
    arguments.addAll(List.of(more));
    return ARun.of(arguments.toArray(String[]::new));
  }

  private Optional<Digest> named(String repository, String tag) throws IOException {
    return target.find(repository, tag).map(Descriptor::digest);
  }

  private String version(String tag) throws IOException {
    Descriptor image = target.find("acme/tools", tag).orElseThrow();
    return ai.opencode.sandbox.oci.ImageIndex.parse(target.blobs().read(image.digest()), tag)
        .annotations()
        .getOrDefault("org.opencontainers.image.version", "");
  }
}
