package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TextLines;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The content of {@code lib/apk/db/triggers}: a line for each package with a trigger, a script that
 * apk runs when files in some directories change.
 *
 * @param lines {@code Q1… /directory /other*}, the package's checksum and the directories; in the
 *     order of installation or, as apk 3 writes them, of the database
 */
public record Triggers(List<String> lines) {

  public Triggers {
    lines = List.copyOf(lines);
  }

  public static Triggers parse(String text) {
    return new Triggers(TextLines.of(text).stream().filter(line -> !line.isEmpty()).toList());
  }

  /** Returns this file with a package's line if it has triggers. */
  public Triggers with(ApkPackage pkg, List<String> directories) {
    if (directories.isEmpty()) {
      return this;
    }
    List<String> all = new ArrayList<>(without(pkg.checksum()).lines);
    all.add(pkg.checksum() + " " + String.join(" ", directories));
    return new Triggers(all);
  }

  /** Returns this file with the lines of some packages only. */
  public Triggers of(Collection<ApkPackage> packages) {
    Set<String> checksums = new HashSet<>();
    packages.forEach(each -> checksums.add(each.checksum().toString()));
    return new Triggers(
        lines.stream()
            .filter(line -> checksums.contains(line.substring(0, (line + " ").indexOf(' '))))
            .toList());
  }

  /** Returns the lines of some packages only, in the packages' order, as apk 3 writes them. */
  public Triggers asApk3(Collection<ApkPackage> packages) {
    return new Triggers(
        packages.stream()
            .flatMap(pkg -> lines.stream().filter(line -> line.startsWith(pkg.checksum() + " ")))
            .toList());
  }

  private Triggers without(Checksum checksum) {
    return new Triggers(lines.stream().filter(line -> !line.startsWith(checksum + " ")).toList());
  }

  public String toText() {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }
}
