package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.VerificationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code lib/apk/db/triggers}: the packages with a trigger, a script that apk runs
 * when files in some directories change.
 *
 * @param directories the directories by the package's checksum, possibly with wildcards, in the
 *     order of installation or, as apk 3 writes them, of the database
 */
public record Triggers(Map<Checksum, List<String>> directories) {

  public static final Triggers NONE = new Triggers(Map.of());

  public Triggers {
    Map<Checksum, List<String>> copy = new LinkedHashMap<>();
    directories.forEach((checksum, each) -> copy.put(checksum, List.copyOf(each)));
    directories = Collections.unmodifiableMap(copy);
  }

  /**
   * Parses the file's text. apk joins two lines of one checksum.
   *
   * @throws VerificationException if a line does not begin with a checksum
   */
  public static Triggers parse(String text, String source) {
    Map<Checksum, List<String>> directories = new LinkedHashMap<>();
    for (String line : TextLines.of(text)) {
      if (line.isEmpty()) {
        continue;
      }
      String[] words = line.split(" ", -1);
      directories
          .computeIfAbsent(checksum(words[0], source), checksum -> new ArrayList<>())
          .addAll(Arrays.stream(words).skip(1).filter(word -> !word.isEmpty()).toList());
    }
    return new Triggers(directories);
  }

  private static Checksum checksum(String word, String source) {
    try {
      return Checksum.of(word);
    } catch (VerificationException e) {
      throw new VerificationException(source + ": " + e.getMessage(), e);
    }
  }

  /** Returns the directories of a package's trigger; empty if it has none. */
  public List<String> of(ApkPackage pkg) {
    return directories.getOrDefault(pkg.checksum(), List.of());
  }

  /** Returns this file with a package's directories, at the end, if it has any. */
  public Triggers with(ApkPackage pkg, List<String> more) {
    if (more.isEmpty()) {
      return this;
    }
    Map<Checksum, List<String>> all = new LinkedHashMap<>(directories);
    all.remove(pkg.checksum());
    all.put(pkg.checksum(), more);
    return new Triggers(all);
  }

  /** Returns the triggers of some packages only. */
  public Triggers only(Collection<ApkPackage> packages) {
    Map<Checksum, List<String>> kept = new LinkedHashMap<>(directories);
    kept.keySet().retainAll(packages.stream().map(ApkPackage::checksum).toList());
    return new Triggers(kept);
  }

  /** Returns the triggers of some packages only, in the packages' order, as apk 3 writes them. */
  public Triggers asApk3(Collection<ApkPackage> packages) {
    Map<Checksum, List<String>> sorted = new LinkedHashMap<>();
    for (ApkPackage pkg : packages) {
      List<String> each = directories.get(pkg.checksum());
      if (each != null) {
        sorted.put(pkg.checksum(), each);
      }
    }
    return new Triggers(sorted);
  }

  public boolean isEmpty() {
    return directories.isEmpty();
  }

  public String toText() {
    StringBuilder text = new StringBuilder();
    directories.forEach(
        (checksum, each) -> {
          text.append(checksum);
          each.forEach(directory -> text.append(' ').append(directory));
          text.append('\n');
        });
    return text.toString();
  }
}
