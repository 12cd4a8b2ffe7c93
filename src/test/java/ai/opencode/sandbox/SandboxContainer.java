package ai.opencode.sandbox;

import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ExecConfig;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A running container of an image, kept alive through the image's entrypoint so that commands can
 * be run in it. It has only a loopback device, so that its programs work offline.
 */
final class SandboxContainer implements AutoCloseable {

  private final GenericContainer<?> container;
  private final String name;
  private final Profile profile;
  private final Map<String, String> environment;

  private SandboxContainer(
      GenericContainer<?> container,
      String name,
      Profile profile,
      Map<String, String> environment) {
    this.container = container;
    this.name = name;
    this.profile = profile;
    this.environment = environment;
  }

  /**
   * Starts a container.
   *
   * @param environment the environment of commands, not of the container itself
   */
  @SuppressWarnings("resource") // closed with the sandbox
  static SandboxContainer start(
      String reference, Profile profile, Map<String, String> environment) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(reference))
            .withNetworkMode("none")
            .withCommand("sleep", "3600")
            .withStartupTimeout(Duration.ofSeconds(60))
            .withCreateContainerCmdModifier(
                create ->
                    profile.apply(
                        create,
                        Objects.requireNonNullElseGet(
                            create.getHostConfig(), HostConfig::newHostConfig)));
    try {
      container.start();
    } catch (RuntimeException e) {
      container.stop();
      throw e;
    }
    return new SandboxContainer(container, reference + ", " + profile, profile, environment);
  }

  /** Runs a shell script in a new empty directory, as the container's user. */
  Outcome run(String script) {
    return execute(script, null);
  }

  /** Runs a shell script like {@link #run}, as {@code uid:gid}. */
  Outcome runAs(String user, String script) {
    return execute(script, user);
  }

  private Outcome execute(String script, @Nullable String user) {
    ExecConfig.ExecConfigBuilder exec =
        ExecConfig.builder()
            .command(new String[] {"sh", "-euc", "cd " + profile.scratch() + "\n" + script})
            .envVars(environment);
    if (user != null) {
      exec.user(user);
    }
    try {
      ExecResult result = container.execInContainer(exec.build());
      return new Outcome(result.getExitCode(), result.getStdout(), result.getStderr());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a command ran in " + container, e);
    }
  }

  String id() {
    return container.getContainerId();
  }

  /** Stops and removes the container with its volumes. */
  @Override
  public void close() {
    container.stop();
  }

  @Override
  public String toString() {
    return name;
  }

  /** The result of a command. */
  record Outcome(int exitCode, String stdout, String stderr) {}
}
