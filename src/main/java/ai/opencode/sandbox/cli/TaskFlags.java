package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.run.EngineSettings;
import ai.opencode.sandbox.run.PublishedPort;
import ai.opencode.sandbox.run.TimeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run} for the container in its engine and for its end. */
final class TaskFlags {

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationText.class,
      description =
          "Ends the run, with the pull of its image, after a time such as 90s, 2m or 1h: with SIGTERM, then a kill"
              + " after --stop-timeout. The exit code is then 124 (default: no limit).")
  private @Nullable Duration timeout;

  @Option(
      names = "--stop-timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "Seconds from SIGTERM until the container is killed (default: ${DEFAULT-VALUE}).")
  private int stopTimeout = 10;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the container in the engine.")
  private @Nullable String name;

  @Option(
      names = "--label",
      paramLabel = "KEY[=VALUE]",
      description = "Label of the container in the engine. May be repeated.")
  private List<String> labels = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--publish",
      paramLabel = "[[ADDRESS:]HOST_PORT:]PORT",
      description =
          "Makes a port of the container reachable from this machine; from others, if an address"
              + " such as 0.0.0.0 is given. HOST_PORT is PORT by default, and 0 means any free one;"
              + " /udp after it means UDP. May be repeated.")
  private List<String> ports = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      description =
          "Program of the engine that starts the container, such as runsc or kata (default: the"
              + " engine's own choice).")
  private @Nullable String runtime;

  TimeLimits times() {
    return new TimeLimits(timeout, Duration.ofSeconds(stopTimeout));
  }

  EngineSettings engine() {
    return new EngineSettings(
        name,
        EngineSettings.labels(labels),
        ports.stream().map(PublishedPort::of).toList(),
        runtime);
  }
}
