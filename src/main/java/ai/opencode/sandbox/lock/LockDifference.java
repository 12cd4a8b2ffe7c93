package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What an update of a lock changes, in words that a pull request can carry. */
public record LockDifference(List<Change> changes) {

  /**
   * One input of an image that is not what it was.
   *
   * @param image its name and platform
   * @param what a package's name, {@code base image}, {@code key NAME}, {@code npm packages}, or
   *     {@code result} where the same inputs give another image
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
      String why) {}

  public LockDifference {
    changes = List.copyOf(changes);
  }

  public static LockDifference between(LockFile before, LockFile after) {
    List<Change> changes = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(before.images().keySet());
    names.addAll(after.images().keySet());
    for (String name : names) {
      Map<String, LockedImage> old = before.images().getOrDefault(name, new TreeMap<>());
      Map<String, LockedImage> now = after.images().getOrDefault(name, new TreeMap<>());
      TreeSet<String> platforms = new TreeSet<>(old.keySet());
      platforms.addAll(now.keySet());
      for (String platform : platforms) {
        compare(name + " " + platform, old.get(platform), now.get(platform), changes);
      }
    }
    return new LockDifference(changes);
  }

  private static void compare(
      String image,
      @Nullable LockedImage before,
      @Nullable LockedImage after,
      List<Change> changes) {
    int earlier = changes.size();
    String oldBase = before == null ? null : base(before);
    String newBase = after == null ? null : base(after);
    if (!Objects.equals(oldBase, newBase)) {
      changes.add(new Change(image, "base image", oldBase, newBase, 0, ""));
    }
    compareKeys(image, keys(before), keys(after), changes);
    Map<String, LockedPackage> old = packages(before);
    Map<String, LockedPackage> now = packages(after);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      LockedPackage one = old.get(name);
      LockedPackage other = now.get(name);
      if (one == null || other == null || !one.checksum().equals(other.checksum())) {
        changes.add(
            new Change(
                image,
                name,
                one == null ? null : one.version(),
                other == null ? null : other.version(),
                (other == null ? 0 : other.size()) - (one == null ? 0 : one.size()),
                other == null ? why(name, old) : why(name, now)));
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

  /** One line for each change. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    for (Change change : changes) {
      text.append(change.image()).append(": ").append(change.what()).append(' ');
      text.append(versions(change));
      text.append(change.bytes() == 0 ? "" : " (" + size(change.bytes()) + ")");
      text.append(change.why().isEmpty() ? "" : ", " + change.why()).append('\n');
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
      text.append("| ").append(change.image()).append(" | ").append(change.what());
      text.append(" | ").append(versions(change)).append(" | ").append(change.why());
      text.append(" | ").append(size(change.bytes())).append(" |\n");
    }
    long bytes = changes.stream().mapToLong(Change::bytes).sum();
    text.append("| all | | | | ").append(size(bytes)).append(" |\n");
    return text.toString();
  }

  private static String versions(Change change) {
    if (change.before() == null) {
      return "added: " + change.after();
    }
    if (change.after() == null) {
      return "removed: " + change.before();
    }
    if (change.before().equals(change.after())) {
      return change.before() + " rebuilt";
    }
    return change.before() + " → " + change.after();
  }

  private static String size(long bytes) {
    return bytes == 0 ? "" : String.format(Locale.ROOT, "%+.1f kB", bytes / 1000.0);
  }
}
