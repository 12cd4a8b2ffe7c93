package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.ProgressEvent;
import ai.opencode.sandbox.report.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A stage that is not done, as a line for a terminal and as a line for a log. */
final class RunningStage {

  /** The columns of the text before a bar. */
  private static final int TEXT = 42;

  private static final int BAR = 22;

  /** A remaining time is only shown if it is shorter. */
  private static final double LONGEST_SECONDS = 24 * 3600;

  /** A smaller rest is none in megabytes with one digit. */
  private static final long SHOWN_BYTES = 100_000;

  /** The part of a build that an amount is for; amounts of several parts are added. */
  private record Part(Optional<String> image, Optional<Platform> platform) {}

  private final Stage stage;
  private final long begun;
  private final Map<Part, Amount> amounts = new HashMap<>();
  private final Pace pace = new Pace();
  private String detail = "";

  RunningStage(Stage stage, long begun) {
    this.stage = stage;
    this.begun = begun;
  }

  void add(ProgressEvent event, long now) {
    if (event.kind() == ProgressEvent.Kind.STEP) {
      detail = PlainText.line(event.detail());
    }
    event
        .amount()
        .ifPresent(
            amount -> {
              amounts.put(new Part(event.image(), event.platform()), amount);
              pace.add(now, done());
            });
  }

  long nanosSince(long now) {
    return now - begun;
  }

  /** Returns a line for a terminal: the amounts with a bar, or the latest step with its time. */
  String terminalLine(long now) {
    if (amounts.isEmpty() || total() == 0) {
      return prefixed(detail + elapsed(now));
    }
    // Only bytes allow an estimate of the time left: files are of very different sizes.
    String text = isBytes() ? bytes(now) : detail;
    return prefixed(String.format(Locale.ROOT, "%-" + TEXT + "s %s", cut(text), bar()));
  }

  /** Returns a line for a log: the latest step with the amounts of bytes. */
  String logLine(long now) {
    return prefixed(isBytes() && total() > 0 ? detail + ", " + bytes(now).strip() : detail);
  }

  /** Returns a line for a log after a time without any news. */
  String silentLogLine(long now) {
    return logLine(now) + (isBytes() ? "" : elapsed(now));
  }

  static String line(Stage stage, String detail) {
    return String.format(Locale.ROOT, "%-9s %s", stage, PlainText.line(detail));
  }

  private String prefixed(String text) {
    return line(stage, text);
  }

  private String elapsed(long now) {
    long seconds = nanosSince(now) / 1_000_000_000;
    return seconds < 1 ? "" : ", " + duration(seconds);
  }

  private String bytes(long now) {
    List<String> parts = new ArrayList<>();
    parts.add(String.format(Locale.ROOT, "%5.1f of %s", done() / 1e6, ByteSize.megabytes(total())));
    OptionalDouble rate = pace.perSecond(now);
    if (rate.isPresent()) {
      parts.add(String.format(Locale.ROOT, "%.1f MB/s", rate.getAsDouble() / 1e6));
    }
    left(now).ifPresent(parts::add);
    return String.join(", ", parts);
  }

  private Optional<String> left(long now) {
    double rate = pace.perSecond(now).orElse(0);
    double seconds = (total() - done()) / rate;
    boolean more = total() - done() >= SHOWN_BYTES;
    return rate > 0 && seconds < LONGEST_SECONDS && more
        ? Optional.of(duration((long) Math.ceil(seconds)) + " left")
        : Optional.empty();
  }

  private String bar() {
    int full = (int) (BAR * done() / total());
    String filled = "=".repeat(full) + (full < BAR ? ">" : "");
    return String.format(Locale.ROOT, "[%-" + BAR + "s]", filled);
  }

  private boolean isBytes() {
    return !amounts.isEmpty()
        && amounts.values().stream().allMatch(each -> each.unit() == Amount.Unit.BYTES);
  }

  private long done() {
    return amounts.values().stream().mapToLong(Amount::done).sum();
  }

  private long total() {
    return amounts.values().stream().mapToLong(Amount::total).sum();
  }

  private static String cut(String text) {
    return text.length() <= TEXT ? text : text.substring(0, TEXT - 1) + "…";
  }

  private static String duration(long seconds) {
    return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
  }
}
