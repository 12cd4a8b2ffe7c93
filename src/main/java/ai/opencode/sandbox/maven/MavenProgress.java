package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.ProgressEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.maven.plugin.logging.Log;

/**
 * Progress in Maven's log: the result of each stage, and a line every five seconds from a stage
 * that takes long. Every step is in the log of {@code -X}.
 */
final class MavenProgress implements Progress {

  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final Log log;
  private final LongSupplier nanoTime;
  private final Map<String, Long> lastLine = new HashMap<>();
  private final Set<String> warnings = new HashSet<>();

  MavenProgress(Log log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void report(ProgressEvent event) {
    String stage = event.stage().toString();
    String line = String.format(Locale.ROOT, "%-9s %s", stage, PlainText.line(event.detail()));
    switch (event.kind()) {
      case STEP -> {
        long now = nanoTime.getAsLong();
        Long last = lastLine.putIfAbsent(stage, now);
        if (last != null && now - last >= INTERVAL_NANOS) {
          lastLine.put(stage, now);
          log.info(line);
        } else {
          log.debug(line);
        }
      }
      case DONE -> {
        lastLine.remove(stage);
        log.info(line);
      }
      case AMOUNT -> {
        // The log has the steps that are reported together with the amounts.
      }
    }
  }

  @Override
  public synchronized void warn(String sentence) {
    String line = Advice.inMaven(PlainText.line(sentence));
    if (warnings.add(line)) {
      log.warn(line);
    }
  }
}
