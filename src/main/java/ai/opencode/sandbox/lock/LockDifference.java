package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.report.PlainText;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The changes between two locks, printable as text and as a table for a pull request. */
public record LockDifference(List<Change> changes) {

  private static final int MOST_NAMED = 10;

  /** The kind of a change that must not be written to a lock without the user's consent. */
  public enum Alarm {
    NONE(""),
    /** A change to an older version. */
    DOWNGRADE("DOWNGRADE"),
    /** Other content of the same version. */
    CHANGED("CHANGED");

    private final String word;

    Alarm(String word) {
      this.word = word;
    }
  }

  /**
   * A changed input of an image.
   *
   * @param image the image's name and platform
   * @param what a package's name, {@code base image}, {@code key NAME}, {@code npm packages},
   *     {@code upstream}, {@code index of REPOSITORY} if it is older than the locked one, or {@code
   *     result} if equal inputs give another image
   * @param before the former value; null if the input is added
   * @param after the new value; null if the input is removed
   * @param bytes the difference in bytes to download
   * @param why the chain of packages that need this one; empty for other inputs
   * @param alarm the reason why the change needs consent
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
            .map(LockDifference::sentence)
            .distinct()
            .toList();
    if (!alarming.isEmpty()) {
      int more = alarming.size() - MOST_NAMED;
      throw new LockException(
          "The lock is not written: "
              + String.join(", ", alarming.subList(0, Math.min(MOST_NAMED, alarming.size())))
              + (more > 0 ? " and " + more + " more" : "")
              + ". Use a repository that is up to date, or accept this with --allow-downgrade.");
    }
  }

  private static String sentence(Change change) {
    String versions = " (" + change.before() + " → " + change.after() + ")";
    if (change.alarm() == Alarm.DOWNGRADE) {
      return "DOWNGRADE of " + change.what() + versions;
    }
    return Objects.equals(change.before(), change.after())
        ? change.what() + " " + change.after() + " has other content than locked"
        : change.what() + " changes its version, not its checksum" + versions;
  }

  /** Returns a line for each change. */
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

  /** Returns a Markdown table for a pull request. */
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

  /** Returns the alarm's word, or nothing for a rebuilt version, which is named as such. */
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
