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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The workflow that proposes a new lock, and releases it where a variable says so. */
@RequiresPrograms({"bash", "git"})
class LockWorkflowTest {

  private static final String LOCK = "layers/sandbox.lock.json";
  private static final String PLATFORMS = " --format markdown --platform linux/amd64,linux/arm64";

  @TempDir private Path temporary;
  private Path checkout;
  private ACheckout repository;
  private AWorkflow workflow;

  @BeforeEach
  void makeACheckout() throws Exception {
    workflow = AWorkflow.named("lock");
    checkout = temporary.resolve("checkout");
    repository = ACheckout.in(checkout);
    git("init", "-q", "-b", "main", "--bare", "../origin");
    git("remote", "add", "origin", "../origin");
    write(".gitignore", "/bin/\n/outputs\n/uses\n/printed\n/summary\n/proposal/\n/difference.md\n");
    write(LOCK, "1");
    write("layers/base/a", "a");
    commit("first");
  }

  private void write(String file, String text) throws IOException {
    repository.write(file, text);
  }

  private void commit(String subject) throws Exception {
    repository.commit(subject);
    git("push", "-q", "origin", "main");
  }

  private String git(String... words) throws Exception {
    return repository.git(words);
  }

  private AWorkflow.Ended run(String job, String step, Map<String, String> environment)
      throws Exception {
    return workflow.run(job, step, checkout, ACheckout.variables(environment));
  }

  @ParameterizedTest
  @CsvSource({
    "schedule, false, true, packages",
    "schedule, true, true, everything",
    "workflow_dispatch, false, true, packages",
    "push, false, true, ''",
    "push, false, false, first",
    "schedule, false, false, first",
    "schedule, true, false, first",
  })
  void choosesWhatToUpdate(String event, boolean everything, boolean locked, String kind)
      throws Exception {
    if (!locked) {
      Files.delete(checkout.resolve(LOCK));
    }
    assertThat(choice(event, everything)).isEqualTo(Map.of("lock", LOCK, "kind", kind));
  }

  @Test
  void takesTheLockBesideAFileOfOnesOwnImages() throws Exception {
    write("sandbox.yaml", "images: {}\n");

    assertThat(choice("schedule", false))
        .isEqualTo(Map.of("lock", "sandbox.lock.json", "kind", "first"));
  }

  private Map<String, String> choice(String event, boolean everything) throws Exception {
    return run(
            "difference",
            "Choose what to update",
            Map.of("GITHUB_EVENT_NAME", event, "EVERYTHING", Boolean.toString(everything)))
        .outputs();
  }

  /** Puts a program into the checkout that notes its arguments, and is not a part of it. */
  private void program(String script) throws Exception {
    AWorkflow.program(checkout, "opencode-sandbox", script);
    write("scripts/opencode-sandbox", "#!/bin/sh\nexec bin/opencode-sandbox \"$@\"\n");
    assertThat(checkout.resolve("scripts/opencode-sandbox").toFile().setExecutable(true)).isTrue();
  }

  private AWorkflow.Ended update(String kind, String... more) throws Exception {
    Map<String, String> environment = new TreeMap<>(Map.of("KIND", kind, "LOCK", LOCK));
    environment.put("SANDBOX_LOCK_BASE", more.length > 0 ? more[0] : "");
    return run("difference", "Update the lock", environment);
  }

  @Test
  void proposesNothingIfTheLockIsUpToDate() throws Exception {
    program("exit 0");
    AWorkflow.Ended ended = update("packages");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.uses()).containsExactly("opencode-sandbox lock --check" + PLATFORMS);
    assertThat(ended.outputs()).isEmpty();
  }

  @Test
  void proposesTheUpdateWithItsDifference() throws Exception {
    program("case $2 in --check) exit 7 ;; esac; echo '| git | 1 | 2 |'; printf 2 >" + LOCK);
    AWorkflow.Ended ended = update("packages");

    assertThat(ended.uses())
        .containsExactly(
            "opencode-sandbox lock --check" + PLATFORMS,
            "opencode-sandbox lock --update" + PLATFORMS);
    assertThat(ended.outputs()).isEqualTo(Map.of("kind", "packages"));
    assertThat(checkout.resolve("proposal/files/" + LOCK)).hasContent("2");
    assertThat(checkout.resolve("proposal/difference.md")).hasContent("| git | 1 | 2 |");
    assertThat(checkout.resolve("summary")).hasContent("| git | 1 | 2 |");
  }

  @ParameterizedTest
  @CsvSource({"5, 1", "2, 1", "7, 2"})
  void failsAsTheProgramDoes(int exitCode, int uses) throws Exception {
    program("exit " + exitCode);
    AWorkflow.Ended ended = update("packages");

    assertThat(ended.exitCode()).isEqualTo(exitCode);
    assertThat(ended.uses()).hasSize(uses);
    assertThat(ended.outputs()).isEmpty();
  }

  @Test
  void saysThatTheFirstLockHasToBeMerged() throws Exception {
    git("rm", "-q", LOCK);
    program("mkdir -p layers; printf 1 >" + LOCK + "; echo '| git | | 1 |'");
    AWorkflow.Ended ended = update("first");

    assertThat(ended.uses()).containsExactly("opencode-sandbox lock" + PLATFORMS);
    assertThat(ended.outputs()).isEqualTo(Map.of("kind", "first"));
    assertThat(checkout.resolve("proposal/files/" + LOCK)).hasContent("1");
    assertThat(checkout.resolve("proposal/difference.md"))
        .content()
        .startsWith("This repository has no lock yet, and only locked images are published:")
        .endsWith("\n\n| git | | 1 |\n");
  }

  @Test
  void updatesTheBaseImageUnlessItIsOnesOwn() throws Exception {
    program("printf 2 >layers/base-image.txt");

    AWorkflow.Ended ended = update("everything");
    assertThat(ended.uses())
        .containsExactly("opencode-sandbox lock --update --base-image" + PLATFORMS);
    assertThat(ended.outputs()).isEqualTo(Map.of("kind", "everything"));
    assertThat(checkout.resolve("proposal/files/layers/base-image.txt")).hasContent("2");

    assertThat(update("everything", "mirror.example/alpine:3.24").uses())
        .containsExactly("opencode-sandbox lock --update" + PLATFORMS);
  }

  private AWorkflow.Ended push() throws Exception {
    AWorkflow.program(checkout, "gh", "exit 0");
    git("switch", "-q", "main");
    Path files = checkout.resolve("proposal/files/layers");
    Files.createDirectories(files);
    Files.writeString(files.resolve("sandbox.lock.json"), "2");
    AWorkflow.Ended ended = run("propose", "Push the branch", Map.of("KIND", "packages"));
    assertThat(ended.exitCode()).as(ended.printed()).isZero();
    git("switch", "-q", "main");
    git("branch", "-q", "-D", "lock/packages");
    return ended;
  }

  @Test
  void pushesWhatHasChangedOnce() throws Exception {
    AWorkflow.Ended first = push();
    assertThat(first.outputs())
        .containsEntry("new", "true")
        .containsEntry("title", "Update the locked packages")
        .containsEntry("commit", git("rev-parse", "origin/lock/packages"));
    assertThat(git("diff", "--name-only", "main", "origin/lock/packages")).isEqualTo(LOCK);

    AWorkflow.Ended again = push();
    assertThat(again.outputs())
        .containsEntry("new", "false")
        .containsEntry("commit", first.outputs().get("commit"));

    write("other", "other");
    commit("other");
    assertThat(push().outputs()).containsEntry("new", "true");
    assertThat(git("diff", "--name-only", "main", "origin/lock/packages")).isEqualTo(LOCK);
  }

  @Test
  void startsChecksThatTheTokenOfTheJobDoesNotStart() throws Exception {
    AWorkflow.program(checkout, "gh", "exit 0");
    assertThat(run("propose", "Start the checks", Map.of("BRANCH", "lock/packages")).uses())
        .containsExactly("gh workflow run ci.yml --ref lock/packages");
  }

  @Test
  void changesThePullRequestThatIsOpen() throws Exception {
    Map<String, String> environment = Map.of("BRANCH", "lock/packages", "TITLE", "Update");
    AWorkflow.program(checkout, "gh", "exit 0");
    assertThat(run("propose", "Open a pull request", environment).uses())
        .last()
        .asString()
        .startsWith("gh pr create --base main --head lock/packages --title Update --body-file ");

    AWorkflow.program(checkout, "gh", "case $2 in list) echo 7 ;; esac");
    assertThat(run("propose", "Open a pull request", environment).uses())
        .last()
        .asString()
        .startsWith("gh pr edit lock/packages --body-file ");
  }

  @Test
  void releasesOnlyPackagesAndOnlyWhereTheVariableSaysSo() {
    JsonNode release = workflow.job("release");

    assertThat(release.path("if").asText())
        .isEqualTo(
            "vars.SANDBOX_AUTO_RELEASE == 'true' && needs.difference.outputs.kind == 'packages'");
    assertThat(release.path("steps").findValuesAsText("name"))
        .containsExactly(
            "Wait for the checks", "Merge", "Tag a patch release", "Publish main and the release");
  }

  @Test
  void mergesNothingWithoutChecksThatPassed() throws Exception {
    Map<String, String> environment = Map.of("COMMIT", "1234");
    AWorkflow.program(checkout, "sleep", "");
    AWorkflow.program(checkout, "gh", "");
    AWorkflow.Ended none = run("release", "Wait for the checks", environment);
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.printed())
        .isEqualTo("::error::No check has started on 1234, so it is not merged.\n");

    AWorkflow.program(checkout, "gh", "case $2 in list) echo 7 ;; watch) exit 1 ;; esac");
    AWorkflow.Ended failed = run("release", "Wait for the checks", environment);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.uses()).last().isEqualTo("gh run watch 7 --exit-status --interval 30");

    AWorkflow.program(checkout, "gh", "case $2 in list) echo 7 ;; esac");
    assertThat(run("release", "Wait for the checks", environment).exitCode()).isZero();
  }

  private AWorkflow.Ended tag() throws Exception {
    AWorkflow.program(checkout, "gh", "exit 0");
    AWorkflow.Ended ended =
        run(
            "release",
            "Tag a patch release",
            Map.of("COMMIT", git("rev-parse", "HEAD"), "GITHUB_REPOSITORY", "acme/images"));
    assertThat(ended.exitCode()).as(ended.printed()).isZero();
    return ended;
  }

  @Test
  void tagsThePatchAfterTheNewestRelease() throws Exception {
    assertThat(tag().outputs()).isEmpty();
    for (String name : List.of("v1.2.9", "v1.2.10", "v1.10.0-rc.1", "v2", "v1.2.10.5", "other")) {
      git("tag", name);
    }
    write(LOCK, "2");
    write("layers/base-image.txt", "2");
    write("src/main/java/A.java", "class A {}");
    commit("second");

    AWorkflow.Ended ended = tag();
    assertThat(ended.outputs()).isEqualTo(Map.of("next", "v1.2.11"));
    assertThat(ended.uses())
        .last()
        .isEqualTo(
            "gh api repos/acme/images/git/refs -f ref=refs/tags/v1.2.11 -f sha="
                + git("rev-parse", "HEAD"));
  }

  @Test
  void leavesTheVersionOfThePomToAReleaseByHand() throws Exception {
    git("tag", "v1.2.3");
    write(LOCK, "2");
    write("pom.xml", "<project>\n  <version>1.2.4</version>\n</project>\n");
    commit("second");

    AWorkflow.Ended ended = tag();
    assertThat(ended.outputs()).isEmpty();
    assertThat(ended.printed()).startsWith("::warning::pom.xml has the version of v1.2.4");
  }

  @Test
  void leavesOtherChangesOfTheImagesToAReleaseByHand() throws Exception {
    git("tag", "v1.2.3");
    write("layers/base/a", "b");
    commit("second");

    AWorkflow.Ended ended = tag();
    assertThat(ended.outputs()).isEmpty();
    assertThat(ended.printed())
        .startsWith("::warning::The images have changes since v1.2.3")
        .contains("(layers/base/a)");
  }

  @ParameterizedTest
  @CsvSource({"'', 1", "v1.2.4, 2"})
  void startsWhatTheTokenOfTheJobDoesNotStart(String next, int uses) throws Exception {
    AWorkflow.program(checkout, "gh", "exit 0");
    AWorkflow.Ended ended = run("release", "Publish main and the release", Map.of("NEXT", next));

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.uses())
        .hasSize(uses)
        .first()
        .isEqualTo("gh workflow run publish.yml --ref main");
  }
}
