package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Checks that the promised programs and the interpreters of scripts exist. */
final class ProgramCheck implements Check {

  /**
   * Helpers for maintainers that Debian ships with vim, make and binutils for systems with Perl.
   * Nothing in a sandbox calls them.
   */
  private static final Pattern FOR_PERL =
      Pattern.compile("usr/bin/(helpztags|make-first-existing-target|([^/]+-)?gp-display-html)");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "program", "the promised programs are on the search path and executable",
        "script-interpreter", "the interpreter of every script on the search path exists");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (String name : image.contract().contents().programs()) {
      if (image.program(name).isEmpty()) {
        flaws.add(
            "program",
            name,
            "no directory of PATH has a program of this name that every user can run");
      }
    }
    scripts(image, flaws);
  }

  private static void scripts(Examined image, Flaws flaws) {
    SortedMap<String, RootEntry> scripts = new TreeMap<>();
    for (String directory : image.searchPath()) {
      String place =
          image
              .root()
              .follow(directory)
              .filter(RootEntry::isDirectory)
              .map(RootEntry::path)
              .orElse("");
      if (place.isEmpty()) {
        continue;
      }
      for (RootEntry entry : image.root().below(place)) {
        if (entry.path().indexOf('/', place.length() + 1) < 0) {
          image
              .root()
              .follow(entry.path())
              .filter(file -> file.isProgram() && file.script() != null)
              .ifPresent(file -> scripts.put(file.path(), file));
        }
      }
    }
    scripts.forEach(
        (path, script) -> {
          String[] words = String.valueOf(script.script()).split(" ", 2);
          for (String word : words) {
            if (image.program(word).isEmpty()
                && !(word.endsWith("/perl") && FOR_PERL.matcher(path).matches())) {
              flaws.add(
                  "script-interpreter", "/" + path, "its interpreter " + word + " is missing");
            }
          }
        });
  }
}
