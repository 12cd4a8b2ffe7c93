package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules that every workflow keeps. */
class WorkflowsTest {

  private static final Pattern USES = Pattern.compile("(?m)^\\s*(?:- )?uses: *(.+)$");
  private static final Pattern SCRIPT = Pattern.compile("(?:\\.ci|scripts)/[a-z-]+");

  private static final Pattern CODE = Pattern.compile("(?m)^\\s*(mvn|npm)\\b|scripts/|\\.ci/");

  static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(".github/workflows"))) {
      List<Path> found = files.sorted().toList();
      assertThat(found).extracting(Path::toString).anyMatch(name -> name.endsWith("lock.yml"));
      return found;
    }
  }

  static List<Path> workflowsAndActions() throws IOException {
    List<Path> found = new ArrayList<>(workflows());
    try (Stream<Path> files = Files.walk(Path.of(".github/actions"))) {
      List<Path> actions = files.filter(file -> file.endsWith("action.yml")).sorted().toList();
      assertThat(actions).isNotEmpty();
      found.addAll(actions);
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("workflowsAndActions")
  void everyActionIsPinnedByCommitAndNamesItsVersion(Path workflow) throws IOException {
    Matcher uses = USES.matcher(Files.readString(workflow));
    int seen = 0;
    for (; uses.find(); seen++) {
      assertThat(uses.group(1))
          .matches(
              "\\./\\.github/(workflows/[a-z]+\\.yml|actions/[a-z]+)|[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
    }
    assertThat(seen).isPositive();
  }

  /**
   * The permissions of jobs that change something outside of their run; all others may only read.
   */
  private static final Map<String, String> WRITING =
      Map.of(
          "publish publish",
          "{\"packages\":\"write\"}",
          "publish release",
          "{\"contents\":\"write\"}",
          "lock propose",
          "{\"contents\":\"write\",\"pull-requests\":\"write\",\"actions\":\"write\"}",
          "lock release",
          "{\"contents\":\"write\",\"pull-requests\":\"write\",\"actions\":\"write\"}");

  @ParameterizedTest
  @MethodSource("workflows")
  void jobsMayDoOnlyWhatTheyAreFor(Path workflow) throws IOException {
    String name = name(workflow);
    AWorkflow read = AWorkflow.named(name);
    String common = read.yaml().path("permissions").toString();
    assertThat(common).isIn("{}", "{\"contents\":\"read\"}");
    read.jobs()
        .forEach(
            (job, yaml) -> {
              String own = yaml.path("permissions").toString();
              assertThat(own.isEmpty() ? common : own)
                  .as(job)
                  .isEqualTo(WRITING.getOrDefault(name + " " + job, "{\"contents\":\"read\"}"));
            });
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void onlyAJobThatWritesHasASecret(Path workflow) throws IOException {
    String name = name(workflow);
    AWorkflow read = AWorkflow.named(name);
    assertThat(read.yaml().path("env").toString()).doesNotContain("secrets", "token");
    read.jobs()
        .forEach(
            (job, yaml) -> {
              if (WRITING.containsKey(name + " " + job)) {
                assertThat(AWorkflow.scripts(yaml))
                    .as(job + " runs no program of the checkout or of Maven's repository")
                    .noneMatch(script -> CODE.matcher(script).find());
              } else {
                assertThat(yaml.toString()).as(job).doesNotContain("secrets", "github.token");
              }
            });
  }

  @ParameterizedTest
  @MethodSource("workflowsAndActions")
  void noneChoosesTheUpstreamByItself(Path workflow) throws IOException {
    assertThat(Files.readString(workflow)).doesNotContain("--upstream", "'official'");
  }

  private static String name(Path workflow) {
    return workflow.getFileName().toString().replaceFirst("\\.yml$", "");
  }

  @Test
  void theScriptsThatTheyRunExist() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path workflow : workflowsAndActions()) {
      Matcher scripts = SCRIPT.matcher(Files.readString(workflow));
      while (scripts.find()) {
        named.add(scripts.group());
      }
    }
    assertThat(named).contains(".ci/run", "scripts/opencode-sandbox");
    assertThat(named).allSatisfy(script -> assertThat(Path.of(script)).isExecutable());
  }
}
