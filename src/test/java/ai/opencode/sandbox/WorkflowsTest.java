package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** The texts of the workflows, which cannot run here. */
class WorkflowsTest {

  private static final Pattern USES = Pattern.compile("(?m)^\\s*(?:- )?uses: *(.+)$");
  private static final Pattern SCRIPT = Pattern.compile("(?:\\.ci|scripts)/[a-z-]+");

  static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(".github/workflows"))) {
      List<Path> found = files.sorted().toList();
      assertThat(found).extracting(Path::toString).anyMatch(name -> name.endsWith("lock.yml"));
      return found;
    }
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void everyActionIsPinnedByCommitAndNamesItsVersion(Path workflow) throws IOException {
    Matcher uses = USES.matcher(Files.readString(workflow));
    int seen = 0;
    for (; uses.find(); seen++) {
      assertThat(uses.group(1))
          .matches(
              "\\./\\.github/workflows/[a-z]+\\.yml|[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
    }
    assertThat(seen).isPositive();
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void mayOnlyReadExceptInAJobThatOpensAPullRequest(Path workflow) throws IOException {
    JsonNode yaml = new YAMLMapper().readTree(workflow.toFile());
    assertThat(yaml.path("permissions").toString()).isEqualTo("{\"contents\":\"read\"}");
    for (Map.Entry<String, JsonNode> job : yaml.path("jobs").properties()) {
      String allowed =
          workflow.endsWith("lock.yml") && job.getKey().equals("update")
              ? "{\"contents\":\"write\",\"pull-requests\":\"write\"}"
              : "";
      assertThat(job.getValue().path("permissions").toString()).isEqualTo(allowed);
    }
  }

  @Test
  void theScriptsThatTheyRunExist() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path workflow : workflows()) {
      Matcher scripts = SCRIPT.matcher(Files.readString(workflow));
      while (scripts.find()) {
        named.add(scripts.group());
      }
    }
    assertThat(named).contains(".ci/run", "scripts/opencode-sandbox");
    assertThat(named).allSatisfy(script -> assertThat(Path.of(script)).isExecutable());
  }
}
