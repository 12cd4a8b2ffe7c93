package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockChange.Alarm;
import ai.opencode.sandbox.report.PlainText;
import java.util.List;

/** The changes between two locks, printable as text and as a table for a pull request. */
public record LockDifference(List<LockChange> changes) {

  private static final int MAX_NAMED = 10;

  public LockDifference {
    changes = List.copyOf(changes);
  }

  public static LockDifference between(LockFile before, LockFile after) {
    return new LockDifference(LockComparison.changes(before, after));
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /**
   * Checks that no change is a downgrade, and none replaces the content of a version.
   *
   * <p>Packages from npm are not checked. A lock has the digest of {@code package-lock.json} and no
   * versions of them. Only that file changes them; it is in version control beside the definition
   * and names each version with its integrity, so no registry can replace one.
   *
   * @throws LockException if there is such a change
   */
  public void requireForward() {
    List<String> alarming =
        changes.stream()
            .filter(change -> change.alarm() != Alarm.NONE)
            .map(change -> new ChangeText(change).objection())
            .distinct()
            .toList();
    if (!alarming.isEmpty()) {
      int more = alarming.size() - MAX_NAMED;
      throw new LockException(
          "The lock is not written: "
              + String.join(", ", alarming.subList(0, Math.min(MAX_NAMED, alarming.size())))
              + (more > 0 ? " and " + more + " more" : "")
              + ". Use a repository that is up to date, or accept this with --allow-downgrade.");
    }
  }

  /** Returns a line for each change. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    for (LockChange change : changes) {
      ChangeText words = new ChangeText(change);
      text.append(PlainText.line(words.scope())).append(": ");
      text.append(PlainText.line(words.input())).append(' ');
      text.append(words.values(PlainText::line));
      text.append(words.alarm().isEmpty() ? "" : " " + words.alarm());
      text.append(words.size().isEmpty() ? "" : " (" + words.size() + ")");
      String need = PlainText.line(words.need());
      text.append(need.isEmpty() ? "" : ", " + need).append('\n');
    }
    return text.toString();
  }

  /** Returns a Markdown table for a pull request. */
  public String toMarkdown() {
    if (isEmpty()) {
      return "No locked input changes.\n";
    }
    StringBuilder text =
        new StringBuilder("| image | what | change | why | download |\n|---|---|---|---|--:|\n");
    long bytes = 0;
    for (LockChange change : changes) {
      ChangeText words = new ChangeText(change);
      text.append("| ").append(PlainText.markdown(words.scope()));
      text.append(" | ").append(PlainText.markdown(words.input()));
      text.append(" | ").append(words.values(PlainText::markdown));
      text.append(words.alarm().isEmpty() ? "" : " **" + words.alarm() + "**");
      text.append(" | ").append(PlainText.markdown(words.need()));
      text.append(" | ").append(words.size()).append(" |\n");
      bytes += change instanceof LockChange.OfPackage apk ? apk.bytes() : 0;
    }
    text.append("| all | | | | ").append(ChangeText.size(bytes)).append(" |\n");
    return text.toString();
  }
}
