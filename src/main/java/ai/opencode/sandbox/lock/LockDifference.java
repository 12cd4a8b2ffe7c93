package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.report.PlainText;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What an update of a lock changes, in words that a pull request can carry. */
public record LockDifference(List<Change> changes) {

  private static final int MOST_NAMED = 10;

  /** Whether a change goes where a lock must not go by itself. */
  public enum Alarm {
    NONE(""),
    /** To something older. */
    DOWNGRADE("DOWNGRADE"),
    /** Other content under the same name. */
    CHANGED("CHANGED");

    private final String word;

    Alarm(String word) {
      this.word = word;
    }
  }

  /**
   * One input of an image that is not what it was.
   *
   * @param image its name and platform
   * @param what a package's name, {@code base image}, {@code key NAME}, {@code npm packages}, or
   *     {@code result} where the same inputs give another image; {@code upstream}, and {@code index
   *     of REPOSITORY} where that is older than the lock knows
   * @param before null for what is new
   * @param after null for what is gone
   * @param bytes how much more there is to download
   * @param why what pulls the package in; empty for what is no package
   */
  public record Change(
      String image,
      String what,
      @Nullable String before,
      @Nullable String after,
      long bytes,
      String why,
      Alarm alarm) {

    Change(
        String image,
        String what,
        @Nullable String before,
        @Nullable String after,
        long bytes,
        String why) {
      this(image, what, before, after, bytes, why, Alarm.NONE);
    }
  }

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
   * Checks that nothing goes back, and nothing changes under its name.
   *
   * <p>Packages from npm are not among what is checked. A lock has the digest of {@code
   * package-lock.json} and no versions, so it tells that they changed, not which way. Nothing but
   * that file changes them: it is the user's own, lies beside the definition in version control,
   * and names each version with its integrity, so no registry can take one back.
   *
   * @throws LockException where something does
   */
  public void requireForward() {
    List<String> alarming =
        changes.stream()
            .filter(change -> change.alarm() != Alarm.NONE)
            .map(LockDifference::sentence)
            .distinct()
            .toList();
    if (!alarming.isEmpty()) {
      int more = alarming.size() - MOST_NAMED;
      throw new LockException(
          String.join("; ", alarming.subList(0, Math.min(MOST_NAMED, alarming.size())))
              + (more > 0 ? "; and " + more + " more" : "")
              + "; the lock is not written: use a repository that is up to date, or accept it with"
              + " --allow-downgrade");
    }
  }

  private static String sentence(Change change) {
    String versions = change.before() + " → " + change.after();
    if (change.alarm() == Alarm.DOWNGRADE) {
      return "DOWNGRADE of " + change.what() + ", " + versions;
    }
    return Objects.equals(change.before(), change.after())
        ? change.what() + " " + change.after() + " has other content than the lock knows"
        : change.what() + " changes its version under the same checksum, " + versions;
  }

  /** One line for each change. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    for (Change change : changes) {
      text.append(PlainText.line(change.image())).append(": ");
      text.append(PlainText.line(change.what())).append(' ');
      text.append(versions(change, PlainText::line));
      text.append(word(change).isEmpty() ? "" : " " + word(change));
      text.append(change.bytes() == 0 ? "" : " (" + size(change.bytes()) + ")");
      String why = PlainText.line(change.why());
      text.append(why.isEmpty() ? "" : ", " + why).append('\n');
    }
    return text.toString();
  }

  /** A table for a pull request. */
  public String toMarkdown() {
    if (isEmpty()) {
      return "No locked input changes.\n";
    }
    StringBuilder text =
        new StringBuilder("| image | what | change | why | download |\n|---|---|---|---|--:|\n");
    for (Change change : changes) {
      text.append("| ").append(PlainText.markdown(change.image()));
      text.append(" | ").append(PlainText.markdown(change.what()));
      text.append(" | ").append(versions(change, PlainText::markdown));
      text.append(word(change).isEmpty() ? "" : " **" + word(change) + "**");
      text.append(" | ").append(PlainText.markdown(change.why()));
      text.append(" | ").append(size(change.bytes())).append(" |\n");
    }
    long bytes = changes.stream().mapToLong(Change::bytes).sum();
    text.append("| all | | | | ").append(size(bytes)).append(" |\n");
    return text.toString();
  }

  /** That a version was rebuilt is said already. */
  private static String word(Change change) {
    return Objects.equals(change.before(), change.after()) ? "" : change.alarm().word;
  }

  private static String versions(Change change, UnaryOperator<String> plain) {
    String before = change.before() == null ? "" : plain.apply(change.before());
    String after = change.after() == null ? "" : plain.apply(change.after());
    if (change.before() == null) {
      return "added: " + after;
    }
    if (change.after() == null) {
      return "removed: " + before;
    }
    return change.before().equals(change.after()) ? before + " rebuilt" : before + " → " + after;
  }

  private static String size(long bytes) {
    return bytes == 0 ? "" : String.format(Locale.ROOT, "%+.1f kB", bytes / 1000.0);
  }
}
