package ai.opencode.sandbox.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.TlsIdentity;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.oci.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The workflows, run whole by {@code act} against servers on loopback. */
@RequiresPrograms({"act", "git", "jq"})
@EnabledIfSystemProperty(
    named = "sandbox.test.all",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.all=true, which builds act and takes minutes")
@Timeout(600)
class WorkflowRunsIT {

  private static final String MAIN = "refs/heads/main";

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private ATokenRegistry registry;
  private AGitHub github;

  private static AnApk tool(String version) {
    return AnApk.named("tool")
        .version(version)
        .withFile("usr/bin/tool", 0755, "tool " + version)
        .signed(ASmallUpstream.KEY);
  }

  @BeforeEach
  void start() throws Exception {
    upstream = ASmallUpstream.forBothPlatforms(directory, tool("1.0-r0"));
    TlsIdentity identity =
        TlsIdentity.forLocalhost(Files.createDirectories(directory.resolve("identity")));
    registry = ATokenRegistry.in(directory.resolve("published"), identity);
    github =
        AGitHub.in(
                Files.createDirectories(directory.resolve("github")),
                """
                images:
                  first:
                    from: alpine
                    packages: [tool]
                  second:
                    from: first
                    env: {A: b}
                """)
            .withVariable("SANDBOX_REGISTRY", registry.address() + "/Acme")
            .withVariable("SANDBOX_UPSTREAM", "mirror")
            .withVariable("SANDBOX_BASE", upstream.base().toString())
            .withVariable("SANDBOX_REPOSITORY", upstream.repository().toString())
            .withVariable("SANDBOX_CA", identity.certificate())
            .withSecret("REGISTRY_USERNAME", ATokenRegistry.USER)
            .withSecret("REGISTRY_PASSWORD", ATokenRegistry.PASSWORD);
  }

  @AfterEach
  void stop() throws Exception {
    registry.close();
    upstream.close();
  }

  @Test
  void proposesTheFirstLockAndPublishesItsImagesOnceItIsMerged() throws Exception {
    AGitHub.Run unlocked = github.push("publish", MAIN);
    assertThat(unlocked.passed()).isFalse();
    assertThat(unlocked.log()).contains("There is no sandbox.lock.json, and only locked images");
    assertThat(unlocked.calls("mvn -B -q package")).isEmpty();

    AGitHub.Run proposing = github.push("lock", MAIN);
    assertThat(proposing.passed()).as(proposing.end()).isTrue();
    assertThat(github.textOfPull("lock/first"))
        .hasValueSatisfying(text -> assertThat(text).contains("no lock yet", "tool"));
    assertThat(github.dispatched())
        .containsExactly(new AGitHub.Dispatched("ci", "refs/heads/lock/first"));

    github.merge("lock/first");
    AGitHub.Run publishing = github.push("publish", MAIN);
    assertThat(publishing.passed()).as(publishing.end()).isTrue();
    assertThat(publishing.calls("mvn -B -q package")).hasSize(1);
    for (String image : List.of("first", "second")) {
      assertThat(published(image, "main")).isEqualTo(tested(publishing, image));
      assertThat(published(image, "latest")).isEqualTo("none");
    }
  }

  /** Brings the repository to where its first lock is merged. */
  private void merge() throws Exception {
    AGitHub.Run proposing = github.push("lock", MAIN);
    assertThat(proposing.passed()).as(proposing.end()).isTrue();
    github.merge("lock/first");
    github.dispatched();
  }

  private void offer(AnApk apk) throws Exception {
    for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      ARepository.in(upstream.repository())
          .architecture(platform.apkArchitecture())
          .with(apk)
          .signed(ASmallUpstream.KEY)
          .write();
    }
  }

  private void changeAnImage() throws Exception {
    Path file = github.checkout.resolve("sandbox.yaml");
    Files.writeString(file, Files.readString(file).replace("A: b", "A: c"));
    github.commit("Change an image");
  }

  private AGitHub.Run release(String version) throws Exception {
    github.tag(version);
    return github.push("publish", "refs/tags/" + version);
  }

  private String published(String image, String tag) throws Exception {
    return registry
        .find("acme/" + image, tag)
        .map(found -> found.digest().toString())
        .orElse("none");
  }

  private static String tested(AGitHub.Run run, String image) {
    List<String> found = run.calls("tested " + image + "@").stream().distinct().toList();
    assertThat(found).as(run.end()).hasSize(1);
    return found.get(0).replaceFirst(".*@", "");
  }

  private static void succeeds(AGitHub.Run run) {
    assertThat(run.passed()).as(run.end()).isTrue();
    assertThat(run.calls("mvn -B -q package")).hasSize(1);
  }

  @Test
  void publishesReleasesAsTested() throws Exception {
    merge();
    AGitHub.Run first = release("v1.2.3");
    succeeds(first);
    for (String image : List.of("first", "second")) {
      for (String tag : List.of("v1.2.3", "v1.2", "v1", "latest")) {
        assertThat(published(image, tag)).isEqualTo(tested(first, image));
      }
      assertThat(published(image, "main")).isEqualTo("none");
    }
    assertThat(github.release("v1.2.3").resolve("notes"))
        .content()
        .contains("v1.2.3@" + tested(first, "first"), "- First (");
    assertThat(github.release("v1.2.3").resolve("images.txt"))
        .content()
        .contains("second@" + tested(first, "second"));
    assertThat(github.release("v1.2.3").resolve("opencode-sandbox.jar")).doesNotExist();

    AGitHub.Run again = github.dispatch("publish", "refs/tags/v1.2.3");
    succeeds(again);
    assertThat(tested(again, "first")).isEqualTo(tested(first, "first"));

    AGitHub.Run candidate = release("v1.3.0-rc.1");
    succeeds(candidate);
    assertThat(published("first", "v1.3.0-rc.1")).isEqualTo(tested(candidate, "first"));
    assertThat(published("first", "latest")).isEqualTo(tested(first, "first"));
    assertThat(candidate.calls("gh release create"))
        .singleElement()
        .asString()
        .contains("--prerelease");
  }

  @Test
  void refusesATagThatIsNoVersion() throws Exception {
    merge();
    AGitHub.Run run = release("v1");

    assertThat(run.passed()).isFalse();
    assertThat(run.calls("mvn -B -q package")).isEmpty();
    assertThat(published("first", "v1")).isEqualTo("none");
  }

  @Test
  void releasesTheJarsWhereTagAndPomAgree() throws Exception {
    merge();
    github.version("1.2.3");
    github.commit("Release 1.2.3");
    AGitHub.Run run = release("v1.2.3");

    assertThat(run.passed()).as(run.end()).isTrue();
    assertThat(github.release("v1.2.3"))
        .isDirectoryContaining("glob:**/opencode-sandbox.jar")
        .isDirectoryContaining("glob:**/opencode-sandbox")
        .isDirectoryContaining("glob:**/opencode-sandbox.cdx.json")
        .isDirectoryContaining("glob:**/opencode-sandbox-images-1.2.3.jar")
        .isDirectoryNotContaining("glob:**/maven-metadata.xml");
    assertThat(github.release("v1.2.3").resolve("SHA256SUMS"))
        .content()
        .contains("opencode-sandbox.jar", "images.txt");
  }

  @Test
  void sendsTheRestOfAPublishThatBroke() throws Exception {
    merge();
    AGitHub.Run before = release("v1.2.3");
    succeeds(before);
    changeAnImage();
    AGitHub.Run locking = github.dispatch("lock", MAIN);
    assertThat(locking.passed()).as(locking.end()).isTrue();
    github.merge("lock/packages");
    // One image has three manifests: two platforms and the index.
    registry.breakAfterManifests(3);
    AGitHub.Run broken = release("v1.2.4");

    assertThat(broken.passed()).isFalse();
    assertThat(github.release("v1.2.4")).doesNotExist();
    for (String image : List.of("first", "second")) {
      assertThat(published(image, "latest")).isEqualTo(tested(before, image));
      assertThat(published(image, "v1.2.4")).isEqualTo("none");
    }

    registry.mend();
    AGitHub.Run again = github.dispatch("publish", "refs/tags/v1.2.4");
    succeeds(again);
    for (String image : List.of("first", "second")) {
      assertThat(tested(again, image)).isEqualTo(tested(broken, image));
      assertThat(published(image, "latest")).isEqualTo(tested(again, image));
    }
  }

  @Test
  void publishesNothingForALockThatDoesNotFit() throws Exception {
    merge();
    changeAnImage();
    AGitHub.Run run = github.push("publish", MAIN);

    assertThat(run.passed()).isFalse();
    assertThat(run.log()).contains("--locked: sandbox.lock.json expects second");
    assertThat(published("first", "main")).isEqualTo("none");
  }

  @Test
  void releasesAnUpdateOfAPackageWithoutAHandOnIt() throws Exception {
    merge();
    succeeds(release("v1.2.3"));
    String old = published("first", "latest");
    github.withVariable("SANDBOX_AUTO_RELEASE", "true");
    AGitHub.Run quiet = github.schedule("lock");
    assertThat(quiet.passed()).as(quiet.end()).isTrue();
    assertThat(quiet.calls("gh")).isEmpty();

    offer(tool("1.0-r1"));
    AGitHub.Run update = github.schedule("lock");
    assertThat(update.passed()).as(update.end()).isTrue();
    assertThat(update.calls("gh pr create")).hasSize(1);
    assertThat(update.calls("gh run watch")).hasSize(1);
    assertThat(github.hasTag("v1.2.4")).isTrue();
    assertThat(github.dispatched())
        .containsExactly(
            new AGitHub.Dispatched("ci", "refs/heads/lock/packages"),
            new AGitHub.Dispatched("publish", MAIN),
            new AGitHub.Dispatched("publish", "refs/tags/v1.2.4"));

    AGitHub.Run main = github.dispatch("publish", MAIN);
    succeeds(main);
    assertThat(published("first", "latest")).isEqualTo(old);
    assertThat(published("first", "main")).isEqualTo(tested(main, "first"));
    AGitHub.Run patch = github.dispatch("publish", "refs/tags/v1.2.4");
    succeeds(patch);
    assertThat(published("first", "latest")).isEqualTo(tested(patch, "first")).isNotEqualTo(old);
    assertThat(published("first", "v1.2.3")).isEqualTo(old);
  }

  @Test
  void mergesNoUpdateWhoseChecksFail() throws Exception {
    merge();
    github.tag("v1.2.3");
    github.withVariable("SANDBOX_AUTO_RELEASE", "true");
    github.failChecks();
    offer(tool("1.0-r1"));
    AGitHub.Run update = github.schedule("lock");

    assertThat(update.passed()).isFalse();
    assertThat(update.calls("gh pr merge")).isEmpty();
    assertThat(github.textOfPull("lock/packages"))
        .hasValueSatisfying(text -> assertThat(text).contains("1.0-r0", "1.0-r1"));
    assertThat(github.hasTag("v1.2.4")).isFalse();
    assertThat(github.dispatched())
        .containsExactly(new AGitHub.Dispatched("ci", "refs/heads/lock/packages"));
  }
}
