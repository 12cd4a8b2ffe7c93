package ai.opencode.sandbox.run;

import ai.opencode.sandbox.egress.NameService;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** An image in an engine, this build's base image if none is named, and runs of it. */
final class BaseImage implements AutoCloseable {

  /** The result of a run. */
  record Outcome(RunResult result, String out, String err) {

    int exitCode() {
      return result.exitCode();
    }
  }

  private final Map<String, String> environment;
  private final Engine engine;
  private final String name;

  /** Tells these containers from those of other tests in the same engine. */
  private final Map<String, String> labels = Map.of("sandbox-it", UUID.randomUUID().toString());

  final List<String> said = new CopyOnWriteArrayList<>();

  private BaseImage(Map<String, String> environment, Engine engine, String name) {
    this.environment = environment;
    this.engine = engine;
    this.name = name;
  }

  static BaseImage load() throws IOException, InterruptedException {
    return load(System.getenv());
  }

  /**
   * Loads the image, which takes longer than a test should.
   *
   * @param environment variables that name the engine
   */
  static BaseImage load(Map<String, String> environment) throws IOException, InterruptedException {
    return load(environment, layout());
  }

  /**
   * Loads an image.
   *
   * @param environment variables that name the engine
   * @param layout its place, {@code oci:DIRECTORY:NAME}
   */
  static BaseImage load(Map<String, String> environment, String layout)
      throws IOException, InterruptedException {
    Engine engine = Engine.connect(EngineAddress.find(environment, home()));
    return new BaseImage(
        environment, engine, new EngineImages(engine, Progress.silent()).require(layout));
  }

  static String layout() {
    return "oci:"
        + Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath()
        + ":opencode-sandbox-base";
  }

  private static Path home() {
    return Path.of(System.getProperty("user.home"));
  }

  /** Returns its name in the engine. */
  String name() {
    return name;
  }

  Engine engine() {
    return engine;
  }

  DockerClient client() {
    return engine.client();
  }

  /** Returns a request for a command of a shell. */
  RunRequest shell(String script) {
    return RunRequest.of(name).withCommand(List.of("sh", "-euc", script)).withEngine(settings());
  }

  Outcome run(RunRequest request) throws IOException, InterruptedException {
    return run(request, NameService.ofThisMachine());
  }

  /** Runs with other addresses for the names of allowed hosts. */
  Outcome run(RunRequest request, NameService names) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    RunResult result =
        new SandboxRun(listener(), environment, home())
            .withNames(names)
            .run(request.withStreams(RunStreams.none().withOut(out).withErr(err)));
    return new Outcome(
        result, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs until the end or an interruption. */
  void runQuietly(RunRequest request, OutputStream out) {
    try {
      new SandboxRun(listener(), environment, home())
          .run(request.withStreams(RunStreams.none().withOut(out)));
    } catch (IOException | InterruptedException | RuntimeException e) {
      said.add("failed: " + e);
    }
  }

  private Progress listener() {
    return new AProgress() {
      @Override
      public void step(String stage, String detail) {
        said.add(stage + " " + detail);
      }

      @Override
      public void done(String stage, String detail) {}

      @Override
      public void warn(String sentence) {
        said.add(sentence);
      }
    };
  }

  /** Returns settings with the label by which {@link #containers} finds a container. */
  EngineSettings settings() {
    return EngineSettings.standard().withLabels(labels);
  }

  /** Returns the IDs of all containers of {@link #shell}, in any state. */
  List<String> containers() {
    return client().listContainersCmd().withShowAll(true).withLabelFilter(labels).exec().stream()
        .map(each -> each.getId())
        .toList();
  }

  boolean has(String container) {
    try {
      client().inspectContainerCmd(container).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      client().removeImageCmd(name).exec();
    } catch (NotFoundException | ConflictException e) {
      // Another test has removed the image, or uses it.
    } finally {
      engine.close();
    }
  }
}
