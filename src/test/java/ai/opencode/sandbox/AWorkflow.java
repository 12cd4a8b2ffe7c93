package ai.opencode.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * A workflow of this repository, whose scripts run here, with programs that only note their use.
 */
record AWorkflow(JsonNode yaml) {

  private static final Path DIRECTORY = Path.of(".github/workflows");

  /** The name of the one job of an action. */
  static final String ACTION = "action";

  /** The end of a script: its exit code, what it printed, its outputs, and the uses of programs. */
  record Ended(int exitCode, String printed, Map<String, String> outputs, List<String> uses) {}

  static AWorkflow named(String name) throws IOException {
    return new AWorkflow(new YAMLMapper().readTree(DIRECTORY.resolve(name + ".yml").toFile()));
  }

  /** Returns an action of this repository as a workflow of one job. */
  static AWorkflow ofAction(String name) throws IOException {
    YAMLMapper mapper = new YAMLMapper();
    JsonNode read = mapper.readTree(Path.of(".github/actions", name, "action.yml").toFile());
    return new AWorkflow(
        mapper
            .createObjectNode()
            .set("jobs", mapper.createObjectNode().set(ACTION, read.path("runs"))));
  }

  Map<String, JsonNode> jobs() {
    Map<String, JsonNode> jobs = new TreeMap<>();
    yaml.path("jobs").properties().forEach(job -> jobs.put(job.getKey(), job.getValue()));
    return jobs;
  }

  JsonNode job(String name) {
    return yaml.path("jobs").path(name);
  }

  /** Returns all scripts of a job, in their order. */
  static List<String> scripts(JsonNode job) {
    return StreamSupport.stream(job.path("steps").spliterator(), false)
        .map(step -> step.path("run").asText())
        .filter(script -> !script.isEmpty())
        .toList();
  }

  private String script(String job, String step) {
    return StreamSupport.stream(yaml.at("/jobs/" + job + "/steps").spliterator(), false)
        .filter(each -> each.path("name").asText().equals(step))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no step " + step))
        .path("run")
        .asText();
  }

  /**
   * Runs the script of a step as the runner does.
   *
   * @param directory the working directory; programs are in its subdirectory bin, outputs in a file
   * @param environment the variables of the step
   */
  Ended run(String job, String step, Path directory, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path outputs = directory.resolve("outputs");
    Path uses = directory.resolve("uses");
    Path printed = directory.resolve("printed");
    for (Path each : List.of(outputs, uses)) {
      Files.deleteIfExists(each);
      Files.createFile(each);
    }
    List<String> command = new ArrayList<>(List.of("bash", "--noprofile", "--norc"));
    command.addAll(List.of("-eo", "pipefail", "-c", script(job, step)));
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile());
    process.environment().putAll(environment);
    process.environment().put("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
    process.environment().put("USES", uses.toString());
    process.environment().put("GITHUB_OUTPUT", outputs.toString());
    process.environment().put("GITHUB_STEP_SUMMARY", directory.resolve("summary").toString());
    process.environment().put("RUNNER_TEMP", directory.toString());
    int exitCode = process.start().waitFor();
    Map<String, String> values = new TreeMap<>();
    for (String line : Files.readAllLines(outputs)) {
      values.put(line.replaceFirst("=.*", ""), line.replaceFirst("^[^=]*=", ""));
    }
    return new Ended(exitCode, Files.readString(printed), values, Files.readAllLines(uses));
  }

  /**
   * Puts a program into the subdirectory bin that notes its arguments.
   *
   * @param script the rest of the program
   */
  static void program(Path directory, String name, String script) throws IOException {
    Path file = Files.createDirectories(directory.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/sh\necho \"" + name + " $*\" >>\"$USES\"\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
