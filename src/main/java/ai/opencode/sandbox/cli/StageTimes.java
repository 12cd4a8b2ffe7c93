package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.Stage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The time that each stage of a command took. Stages may run at the same time. */
final class StageTimes {

  /** A command that took less is not worth a line. */
  private static final long MIN_NANOS = 1_000_000_000L;

  /** A stage that took less than this part of the whole is left out, to keep the line short. */
  private static final double MIN_PART = 0.02;

  private final long begun;
  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);

  StageTimes(long begun) {
    this.begun = begun;
  }

  void add(Stage stage, long time) {
    nanos.merge(stage, time, Long::sum);
  }

  /** Returns a line such as {@code time 8.1 s: fetch 4.1, layer 2.3}; empty if it was short. */
  Optional<String> line(long now) {
    if (now - begun < MIN_NANOS) {
      return Optional.empty();
    }
    String stages =
        nanos.entrySet().stream()
            .filter(each -> each.getValue() >= MIN_PART * (now - begun))
            .map(each -> each.getKey() + " " + seconds(each.getValue()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        String.format(Locale.ROOT, "%-9s %s s", "time", seconds(now - begun))
            + (stages.isEmpty() ? "" : ": " + stages));
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e9);
  }
}
