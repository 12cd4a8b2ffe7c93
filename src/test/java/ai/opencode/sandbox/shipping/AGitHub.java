package ai.opencode.sandbox.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A repository on GitHub with the workflows of this checkout, whose jobs {@code act} runs on this
 * machine. In place of GitHub's API and of Maven are programs that note their use.
 */
final class AGitHub {

  private static final Path RESOURCES = Path.of("src/test/resources/ai/opencode/sandbox/shipping");
  private static final String NAME = "Acme/Sandbox-Images";
  private static final Pattern ACTION = Pattern.compile("uses: (actions/([a-z-]+)@[0-9a-f]{40})");

  /** The end of a workflow: whether all of its jobs passed, and what was printed. */
  record Run(boolean passed, String log, List<String> calls) {

    /** Returns the last lines that the jobs which failed have printed. */
    String end() {
      Set<String> failed =
          log.lines()
              .filter(line -> line.contains("\u274c"))
              .map(Run::job)
              .collect(Collectors.toSet());
      List<String> lines = log.lines().filter(line -> failed.contains(job(line))).toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private static String job(String line) {
      return line.replaceFirst("^(\\[[^]]*]).*", "$1");
    }

    /** Returns the uses of a program. */
    List<String> calls(String beginning) {
      return calls.stream().filter(call -> call.startsWith(beginning)).toList();
    }
  }

  /** A run that a job has started by {@code workflow_dispatch}. */
  record Dispatched(String workflow, String ref) {}

  private final Path machine;
  private final Path state;
  private final Path origin;
  final Path checkout;
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final Map<String, String> secrets = new LinkedHashMap<>();
  private int dispatchedBefore;
  private int runs;

  private AGitHub(Path machine) {
    this.machine = machine;
    this.state = machine.resolve("state");
    this.origin = state.resolve("origin.git");
    this.checkout = machine.resolve("checkout");
  }

  /** Makes a new repository with the workflows, and a file of images. */
  static AGitHub in(Path machine, String sandboxFile) throws Exception {
    AGitHub made = new AGitHub(machine);
    for (String each : List.of("pulls", "releases")) {
      Files.createDirectories(made.state.resolve(each));
    }
    Files.writeString(made.state.resolve("checks"), "0");
    for (String each : List.of("runs", "calls")) {
      Files.createFile(made.state.resolve(each));
    }
    Files.createDirectories(made.checkout.resolve("scripts"));
    Files.writeString(
        machine.resolve("gitconfig"),
        "[url \"file://%s\"]\n  insteadOf = https://github.com/%s\n[user]\n  name = test\n  email = test@example.com\n[advice]\n  detachedHead = false\n[safe]\n  directory = *\n"
            .formatted(made.origin, NAME));
    made.git(machine, "init", "-q", "--bare", "-b", "main", made.origin.toString());
    made.git(machine, "init", "-q", "-b", "main", made.checkout.toString());
    made.git(made.checkout, "remote", "add", "origin", made.origin.toString());
    copy(Path.of(".github"), made.checkout.resolve(".github"));
    copy(RESOURCES.resolve("repository"), made.checkout);
    Files.copy(
        Path.of("scripts/opencode-sandbox"), made.checkout.resolve("scripts/opencode-sandbox"));
    Files.writeString(made.checkout.resolve("sandbox.yaml"), sandboxFile);
    Files.writeString(made.checkout.resolve(".gitignore"), "/target/\n");
    made.version("1.0.0-SNAPSHOT");
    made.commit("First");
    return made;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  AGitHub withVariable(String name, String value) {
    variables.put(name, value);
    return this;
  }

  AGitHub withSecret(String name, String value) {
    secrets.put(name, value);
    return this;
  }

  void version(String version) throws IOException {
    Files.writeString(
        checkout.resolve("pom.xml"),
        "<project>\n  <version>" + version + "</version>\n</project>\n");
  }

  /** Commits everything to main, without running a workflow. */
  void commit(String subject) throws Exception {
    git(checkout, "add", "--all");
    git(checkout, "commit", "-q", "--allow-empty", "-m", subject);
    git(checkout, "push", "-q", "origin", "HEAD:refs/heads/main");
  }

  void tag(String name) throws Exception {
    git(checkout, "tag", name);
    git(checkout, "push", "-q", "origin", name);
  }

  /** Merges the branch of a pull request, as somebody does by hand. */
  void merge(String branch) throws Exception {
    git(checkout, "fetch", "-q", "origin", branch);
    git(checkout, "merge", "-q", "--no-ff", "-m", "Merge " + branch, "FETCH_HEAD");
    git(checkout, "push", "-q", "origin", "HEAD:refs/heads/main");
    Files.delete(pull(branch));
  }

  private Path pull(String branch) {
    return state.resolve("pulls").resolve(branch.replace('/', '_'));
  }

  /** Returns the text of the open pull request of a branch. */
  Optional<String> textOfPull(String branch) throws IOException {
    return Files.exists(pull(branch))
        ? Optional.of(Files.readString(pull(branch)))
        : Optional.empty();
  }

  Path release(String name) {
    return state.resolve("releases").resolve(name);
  }

  boolean hasTag(String name) throws Exception {
    return !git(origin, "tag", "--list", name).isEmpty();
  }

  void failChecks() throws IOException {
    Files.writeString(state.resolve("checks"), "1");
  }

  /** Returns the runs that jobs have started since the last call. */
  List<Dispatched> dispatched() throws IOException {
    List<String> lines = Files.readAllLines(state.resolve("runs"));
    List<Dispatched> found =
        lines.subList(dispatchedBefore, lines.size()).stream()
            .map(line -> line.split(" ", -1))
            .map(words -> new Dispatched(words[0].replaceFirst("\\.yml$", ""), words[1]))
            .toList();
    dispatchedBefore = lines.size();
    return found;
  }

  Run push(String workflow, String ref) throws Exception {
    return run(workflow, "push", ref);
  }

  Run dispatch(String workflow, String ref) throws Exception {
    return run(workflow, "workflow_dispatch", ref);
  }

  Run schedule(String workflow) throws Exception {
    return run(workflow, "schedule", "refs/heads/main");
  }

  private Run run(String workflow, String event, String ref) throws Exception {
    Path run = Files.createDirectories(machine.resolve("run-" + ++runs));
    Path workspace = run.resolve("workspace");
    git(run, "clone", "-q", origin.toString(), workspace.toString());
    git(workspace, "remote", "set-url", "origin", "https://github.com/" + NAME);
    git(workspace, "checkout", "-q", ref.replaceFirst("^refs/(heads|tags)/", ""));
    ObjectNode payload = new ObjectMapper().createObjectNode().put("ref", ref);
    payload.put("after", git(workspace, "rev-parse", "HEAD"));
    payload.putObject("repository").put("full_name", NAME).put("default_branch", "main");
    if (event.equals("schedule")) {
      payload.put("schedule", "17 4 * * *");
    }
    Files.writeString(run.resolve("event.json"), payload.toString());
    List<String> command =
        new ArrayList<>(List.of("act", event, "--no-skip-checkout", "--pull=false"));
    command.addAll(List.of("-C", workspace.toString(), "-e", run.resolve("event.json").toString()));
    command.addAll(List.of("-W", ".github/workflows/" + workflow + ".yml"));
    for (String runner : List.of("ubuntu-24.04", "ubuntu-24.04-arm")) {
      command.addAll(List.of("-P", runner + "=-self-hosted"));
    }
    variables.forEach((name, value) -> command.addAll(List.of("--var", name + "=" + value)));
    secrets.forEach((name, value) -> command.addAll(List.of("-s", name + "=" + value)));
    command.addAll(List.of("-s", "GITHUB_TOKEN=token-of-the-job"));
    replaceActions(workspace).forEach(each -> command.addAll(List.of("--local-repository", each)));
    Path artifacts = Files.createDirectory(run.resolve("artifacts"));
    return ended(command, run, artifacts);
  }

  private Run ended(List<String> command, Path run, Path artifacts) throws Exception {
    Path log = run.resolve("log");
    Path calls = state.resolve("calls");
    int before = Files.readAllLines(calls).size();
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(run.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = process.environment();
    String path = RESOURCES.resolve("bin").toAbsolutePath() + ":" + System.getenv("PATH");
    environment.put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + path);
    environment.put("HOME", Files.createDirectories(machine.resolve("home")).toString());
    environment.put("XDG_CACHE_HOME", machine.resolve("home/.cache").toString());
    environment.put("GIT_CONFIG_GLOBAL", machine.resolve("gitconfig").toString());
    environment.put("TEST_STATE", state.toString());
    environment.put("ARTIFACTS", artifacts.toString());
    environment.put(
        "TEST_PROGRAM", Path.of("target/opencode-sandbox.jar").toAbsolutePath().toString());
    environment.remove("SANDBOX_SHARED");
    Process started = process.start();
    assertThat(started.waitFor(240, TimeUnit.SECONDS)).as("the workflow ends").isTrue();
    List<String> all = Files.readAllLines(calls);
    return new Run(
        started.exitValue() == 0,
        Files.readString(log),
        List.copyOf(all.subList(before, all.size())));
  }

  /** Returns a replacement for each action of GitHub's that a workflow names. */
  private static List<String> replaceActions(Path workspace) throws IOException {
    try (Stream<Path> files = Files.walk(workspace.resolve(".github"))) {
      return files
          .filter(file -> file.toString().endsWith(".yml"))
          .flatMap(file -> ACTION.matcher(read(file)).results())
          .map(
              found ->
                  found.group(1)
                      + "="
                      + RESOURCES.resolve("actions").resolve(found.group(2)).toAbsolutePath())
          .distinct()
          .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String git(Path directory, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(words));
    ProcessBuilder process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    process.environment().put("GIT_CONFIG_GLOBAL", machine.resolve("gitconfig").toString());
    Process git = process.start();
    String printed = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(git.waitFor()).as(printed).isZero();
    return printed.strip();
  }
}
