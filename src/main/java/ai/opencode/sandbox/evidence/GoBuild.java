package ai.opencode.sandbox.evidence;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The build information of a Go program, which {@code go version -m} prints.
 *
 * @param compiler the version of Go, such as {@code go1.26.1}
 * @param modules the program's own module and those that it needs, in the program's order
 */
public record GoBuild(String compiler, List<GoModule> modules) {

  /** The maximum number of modules of a program; a program of 2,000 is a large one. */
  private static final int MAX_MODULES = 10_000;

  private static final int MAX_WORD = 512;

  /**
   * The marks before and behind the modules' text (Go's package {@code cmd/go/internal/modload}).
   */
  private static final byte[] START = HexFormat.of().parseHex("3077af0c9274080241e1c107e6d618e6");

  private static final byte[] END = HexFormat.of().parseHex("f932433186182072008242104116d8f2");

  public GoBuild {
    modules = List.copyOf(modules);
  }

  /** Returns the number of characters of all texts together. */
  public int size() {
    return compiler.length()
        + modules.stream().mapToInt(each -> each.path().length() + each.version().length()).sum();
  }

  /**
   * Reads the two texts of a program; empty if they are not those of Go.
   *
   * @param compiler the version of Go
   * @param marked the modules' text with the marks around it; empty for a program without modules
   */
  static Optional<GoBuild> of(byte[] compiler, byte[] marked) {
    String version = new String(compiler, StandardCharsets.UTF_8);
    if (!version.startsWith("go") && !version.startsWith("devel")) {
      return Optional.empty();
    }
    if (marked.length == 0) {
      return Optional.of(new GoBuild(first(version), List.of()));
    }
    int end = marked.length - END.length;
    boolean whole =
        end >= START.length
            && Arrays.equals(marked, 0, START.length, START, 0, START.length)
            && Arrays.equals(marked, end, marked.length, END, 0, END.length);
    return whole
        ? Optional.of(
            new GoBuild(
                first(version),
                modules(
                    new String(marked, START.length, end - START.length, StandardCharsets.UTF_8))))
        : Optional.empty();
  }

  /** Returns the version without the names of experiments that may follow it. */
  private static String first(String compiler) {
    String word = compiler.split(" ", 2)[0];
    return word.substring(0, Math.min(word.length(), MAX_WORD));
  }

  private static List<GoModule> modules(String text) {
    List<GoModule> modules = new ArrayList<>();
    boolean isBeforeTaken = false;
    for (String line : text.split("\n", -1)) {
      String[] words = line.split("\t", -1);
      boolean isModule = words.length >= 3 && !words[1].isEmpty() && !isTooLong(words);
      boolean isReplacement = isModule && words[0].equals("=>") && isBeforeTaken;
      isBeforeTaken =
          isModule
              && (words[0].equals("mod") || words[0].equals("dep"))
              && modules.size() < MAX_MODULES;
      if (isReplacement) {
        // A line with => names the module that was used instead of the one in the line before.
        modules.remove(modules.size() - 1);
      }
      if (isReplacement || isBeforeTaken) {
        modules.add(new GoModule(words[1], words[2].equals("(devel)") ? "" : words[2]));
      }
    }
    return modules;
  }

  private static boolean isTooLong(String[] words) {
    return words[1].length() > MAX_WORD || words[2].length() > MAX_WORD;
  }
}
