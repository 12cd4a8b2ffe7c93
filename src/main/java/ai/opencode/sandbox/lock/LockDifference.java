package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.PlainText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What an update of a lock changes, in words that a pull request can carry. */
public record LockDifference(List<Change> changes) {

  private static final int MOST_NAMED = 10;

  /** Later than that, a time is somebody's invention. */
  private static final long MOST_SECONDS = 1L << 40;

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
    List<Change> changes = new ArrayList<>();
    if (!before.upstream().equals(after.upstream())) {
      changes.add(new Change("all", "upstream", before.upstream(), after.upstream(), 0, ""));
    }
    compareIndexes(before, after, changes);
    TreeSet<String> names = new TreeSet<>(before.images().keySet());
    names.addAll(after.images().keySet());
    for (String name : names) {
      Map<String, LockedImage> old = before.images().getOrDefault(name, new TreeMap<>());
      Map<String, LockedImage> now = after.images().getOrDefault(name, new TreeMap<>());
      TreeSet<String> platforms = new TreeSet<>(old.keySet());
      platforms.addAll(now.keySet());
      for (String platform : platforms) {
        Map<String, LockedPackage> known = everywhere(before, platform);
        compare(name + " " + platform, old.get(platform), now.get(platform), known, changes);
      }
    }
    return new LockDifference(changes);
  }

  /** An index that is newer says nothing by itself; one that is older is a replay. */
  private static void compareIndexes(LockFile before, LockFile after, List<Change> changes) {
    before
        .indexes()
        .forEach(
            (platform, repositories) ->
                repositories.forEach(
                    (repository, old) -> {
                      Long now =
                          after.indexes().getOrDefault(platform, new TreeMap<>()).get(repository);
                      if (now != null && now < old) {
                        changes.add(
                            new Change(
                                "all " + platform,
                                "index of " + repository,
                                time(old),
                                time(now),
                                0,
                                "",
                                Alarm.DOWNGRADE));
                      }
                    }));
  }

  private static String time(long seconds) {
    return seconds > MOST_SECONDS ? seconds + " s" : Instant.ofEpochSecond(seconds).toString();
  }

  /** A package may move from one image to another, and must not go back on that way either. */
  private static Map<String, LockedPackage> everywhere(LockFile lock, String platform) {
    Map<String, LockedPackage> packages = new LinkedHashMap<>();
    lock.images()
        .values()
        .forEach(
            platforms ->
                packages(platforms.get(platform))
                    .forEach(
                        (name, apk) ->
                            packages.merge(
                                name,
                                apk,
                                (one, other) ->
                                    order(one.version(), other.version()) < 0 ? other : one)));
    return packages;
  }

  private static void compare(
      String image,
      @Nullable LockedImage before,
      @Nullable LockedImage after,
      Map<String, LockedPackage> known,
      List<Change> changes) {
    int earlier = changes.size();
    String oldBase = before == null ? null : base(before);
    String newBase = after == null ? null : base(after);
    if (!Objects.equals(oldBase, newBase)) {
      changes.add(new Change(image, "base image", oldBase, newBase, 0, ""));
    } else if (before != null
        && after != null
        && !Objects.equals(before.baseManifest(), after.baseManifest())) {
      // What a digest names cannot change; one of the locks was edited.
      String old = text(before.baseManifest());
      String now = text(after.baseManifest());
      changes.add(new Change(image, "base manifest", old, now, 0, "", Alarm.CHANGED));
    }
    compareKeys(image, keys(before), keys(after), changes);
    Map<String, LockedPackage> old = packages(before);
    Map<String, LockedPackage> now = packages(after);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      LockedPackage one = old.get(name);
      LockedPackage other = now.get(name);
      LockedPackage reference = one == null ? known.get(name) : one;
      Alarm alarm = reference == null || other == null ? Alarm.NONE : alarm(reference, other);
      if (one == null
          || other == null
          || alarm != Alarm.NONE
          || !one.version().equals(other.version())
          || !one.checksum().equals(other.checksum())) {
        changes.add(
            new Change(
                image,
                name,
                one == null && alarm == Alarm.NONE
                    ? null
                    : Objects.requireNonNull(reference).version(),
                other == null ? null : other.version(),
                (other == null ? 0 : other.size()) - (one == null ? 0 : one.size()),
                other == null ? why(name, old) : why(name, now),
                alarm));
      }
    }
    String oldNpm = before == null ? null : npm(before);
    String newNpm = after == null ? null : npm(after);
    if (!Objects.equals(oldNpm, newNpm)) {
      changes.add(new Change(image, "npm packages", oldNpm, newNpm, 0, ""));
    }
    // Otherwise it follows from the inputs, and a line about it says nothing.
    if (changes.size() == earlier && before != null && after != null) {
      String oldResult = text(before.result());
      String newResult = text(after.result());
      if (oldResult != null && newResult != null && !oldResult.equals(newResult)) {
        changes.add(new Change(image, "result", oldResult, newResult, 0, ""));
      }
    }
  }

  /** A repository never gives a version other content, nor a build another version. */
  private static Alarm alarm(LockedPackage before, LockedPackage after) {
    boolean sameVersion = before.version().equals(after.version());
    if (!sameVersion && order(after.version(), before.version()) <= 0) {
      return Alarm.DOWNGRADE; // Versions that cannot be told apart may well be in this order.
    }
    boolean sameBuild = before.checksum().equals(after.checksum());
    if (!sameVersion) {
      return sameBuild ? Alarm.CHANGED : Alarm.NONE;
    }
    boolean sameContent =
        before.size() == after.size()
            && before.dataHash().equals(after.dataHash())
            && before.diffId().equals(after.diffId());
    return sameBuild && sameContent ? Alarm.NONE : Alarm.CHANGED;
  }

  private static int order(String one, String other) {
    return ApkVersion.of(one).compareTo(ApkVersion.of(other));
  }

  private static void compareKeys(
      String image, Map<String, Digest> old, Map<String, Digest> now, List<Change> changes) {
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      if (!Objects.equals(old.get(name), now.get(name))) {
        changes.add(
            new Change(image, "key " + name, text(old.get(name)), text(now.get(name)), 0, ""));
      }
    }
  }

  private static Map<String, Digest> keys(@Nullable LockedImage image) {
    return image == null ? Map.of() : image.keys();
  }

  private static @Nullable String text(@Nullable Digest digest) {
    return digest == null ? null : digest.toString();
  }

  /** From the package to what was asked for: {@code for libcurl, for git}. */
  private static String why(String name, Map<String, LockedPackage> packages) {
    List<String> chain = new ArrayList<>();
    LockedPackage next = packages.get(name);
    // A lock that was edited may go round in circles.
    while (next != null && next.requiredBy() != null && chain.size() < packages.size()) {
      chain.add("for " + next.requiredBy());
      next = packages.get(next.requiredBy());
    }
    return chain.isEmpty() ? "asked for" : String.join(", ", chain);
  }

  private static @Nullable String base(LockedImage image) {
    return image.base() == null ? null : image.base().toString();
  }

  private static @Nullable String npm(LockedImage image) {
    return image.npmLock() == null ? null : image.npmLock().toString().substring(0, 19);
  }

  private static Map<String, LockedPackage> packages(@Nullable LockedImage image) {
    Map<String, LockedPackage> packages = new LinkedHashMap<>();
    if (image != null) {
      image.packages().forEach(each -> packages.put(each.name(), each));
    }
    return packages;
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
