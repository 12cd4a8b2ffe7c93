package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job of the workflow that publishes images which makes the release of a tag. */
@RequiresPrograms({"bash", "git"})
class ReleaseJobTest {

  private static final String ONE = "one@sha256:" + "1".repeat(64);

  @TempDir private Path directory;
  private AWorkflow workflow;

  @BeforeEach
  void read() throws IOException {
    workflow = AWorkflow.named("publish");
  }

  private AWorkflow.Ended run(String step, Map<String, String> environment) throws Exception {
    return workflow.run("release", step, directory, ACheckout.variables(environment));
  }

  @Test
  void releasesAfterTheImagesArePublished() {
    JsonNode release = workflow.job("release");

    assertThat(release.path("needs").toString()).isEqualTo("[\"build\",\"publish\",\"library\"]");
    assertThat(release.path("if").asText())
        .contains(
            "!cancelled()",
            "startsWith(github.ref, 'refs/tags/')",
            "needs.publish.result == 'success'");
    assertThat(release.path("steps").findValuesAsText("name"))
        .last()
        .isEqualTo("Send the library to the central repository");
  }

  @Test
  @RequiresPrograms({"bash", "gpg"})
  void signsTheJarsWithTheKeyOfTheSecret() throws Exception {
    Path jar = Files.createDirectories(directory.resolve("library/a")).resolve("a.jar");
    Files.writeString(jar, "content");
    Files.writeString(jar.resolveSibling("a.jar.sha1"), "");
    Files.createDirectory(directory.resolve("assets"));
    try (AGpgKey key = AGpgKey.in(directory.resolve("home"), "secret words")) {
      AWorkflow.Ended ended = sign(key, "secret words");
      assertThat(ended.exitCode()).as(ended.printed()).isZero();
      key.requireSigned(jar);
      assertThat(jar.resolveSibling("a.jar.sha1.asc")).doesNotExist();
      assertThat(sign(key, "wrong").exitCode()).isNotZero();
    }
    assertThat(run("Sign the jars", Map.of("GPG_KEY", "")).printed())
        .startsWith("::notice::There is no secret GPG_KEY");
  }

  private AWorkflow.Ended sign(AGpgKey key, String passphrase) throws Exception {
    return run("Sign the jars", Map.of("GPG_KEY", key.armored(), "GPG_PASSPHRASE", passphrase));
  }

  @Test
  void namesTheImagesAndTheCommitsSinceTheLastRelease() throws Exception {
    ACheckout checkout = ACheckout.in(Files.createDirectory(directory.resolve("checkout")));
    checkout.commit("First");
    checkout.git("tag", "v1.2.2");
    checkout.git("tag", "v1.2.3-rc.1");
    checkout.commit("Mend the start");
    checkout.git("tag", "v1.2.3");
    checkout.commit("Later");

    AWorkflow.Ended ended =
        run(
            "Write the notes",
            Map.of("VERSION", "v1.2.3", "IMAGES", ONE, "PUBLISHED", "r.example/a/one:v1.2.3@x"));

    assertThat(ended.exitCode()).as(ended.printed()).isZero();
    assertThat(Files.readString(directory.resolve("notes.md")))
        .matches(
            """
            ## Images

            - r.example/a/one:v1.2.3@x

            ## Commits since v1.2.2

            - Mend the start \\([0-9a-f]+\\)
            """);
    assertThat(directory.resolve("assets/images.txt")).hasContent(ONE);
  }

  @Test
  void changesAReleaseThatExists() throws Exception {
    Files.createDirectory(directory.resolve("assets"));
    Files.createFile(directory.resolve("assets/a"));
    AWorkflow.program(directory, "gh", "exit 0");
    assertThat(run("Release on GitHub", Map.of("VERSION", "v1.2.3")).uses())
        .containsExactly(
            "gh release view v1.2.3",
            "gh release edit v1.2.3 --notes-file notes.md",
            "gh release upload v1.2.3 assets/a --clobber");

    AWorkflow.program(directory, "gh", "[ \"$2\" != view ]");
    assertThat(run("Release on GitHub", Map.of("VERSION", "v1.2.3-rc.1")).uses())
        .contains(
            "gh release create v1.2.3-rc.1 --verify-tag --title v1.2.3-rc.1 --notes-file notes.md"
                + " --prerelease");
  }

  @Test
  void sendsNoJarToTheCentralRepositoryUnlessEverythingIsSet() throws Exception {
    AWorkflow.program(directory, "curl", "cat >>\"$USES\"");
    AWorkflow.program(directory, "zip", "");
    Files.createDirectory(directory.resolve("library"));
    Map<String, String> all =
        Map.of(
            "CENTRAL", "https://r.example/upload",
            "TOKEN", "name:secret",
            "SIGNED", "true",
            "VERSION", "v1.2.3");
    for (String missing : List.of("CENTRAL", "TOKEN", "SIGNED")) {
      Map<String, String> rest = new TreeMap<>(all);
      rest.put(missing, missing.equals("SIGNED") ? "false" : "");
      AWorkflow.Ended ended = run("Send the library to the central repository", rest);
      assertThat(ended.uses()).as(missing).isEmpty();
      assertThat(ended.printed()).startsWith("::notice::");
    }

    assertThat(run("Send the library to the central repository", all).uses())
        .anyMatch(
            use -> use.endsWith("?name=opencode-sandbox-images-v1.2.3&publishingType=AUTOMATIC"))
        .noneMatch(use -> use.startsWith("curl") && use.contains("bmFtZTpzZWNyZXQ="))
        .contains("header = \"Authorization: Bearer bmFtZTpzZWNyZXQ=\"");
  }
}
