package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.verify.content.Flaws;
import ai.opencode.sandbox.verify.content.RootEntry;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The programs that were promised are there, and what starts them is there too. */
final class ProgramCheck implements Check {

  private static final String MODULES = "usr/local/lib/node_modules/";

  /**
   * Helpers of maintainers that Debian ships with vim, make and binutils for those who have Perl.
   * Nothing in a sandbox calls them.
   */
  private static final Pattern FOR_PERL =
      Pattern.compile("usr/bin/(helpztags|make-first-existing-target|([^/]+-)?gp-display-html)");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "npm-package", "the npm packages that were promised are installed globally",
        "program", "the programs that were promised are found and may be run",
        "script-interpreter", "what a script on the search path asks to be run by is there");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (String name : image.contract().programs()) {
      if (image.program(name).isEmpty()) {
        flaws.add("program", name, "no folder of PATH has such a program that everybody may run");
      }
    }
    for (String name : image.contract().npmPackages()) {
      npmPackage(image, name, flaws);
    }
    scripts(image, flaws);
  }

  private static void npmPackage(Examined image, String name, Flaws flaws) {
    String path = MODULES + name + "/package.json";
    Optional<String> text = image.root().text(path);
    if (text.isEmpty()) {
      flaws.add("npm-package", name, "there is no /" + path);
      return;
    }
    try {
      JsonNode json = Json.parse(text.get().getBytes(StandardCharsets.UTF_8), "/" + path);
      if (!json.path("name").asText().equals(name)) {
        flaws.add("npm-package", name, "/" + path + " is of " + json.path("name"));
      }
    } catch (VerificationException e) {
      flaws.add("npm-package", name, String.valueOf(e.getMessage()));
    }
  }

  private static void scripts(Examined image, Flaws flaws) {
    SortedMap<String, RootEntry> scripts = new TreeMap<>();
    for (String folder : image.searchPath()) {
      String place =
          image
              .root()
              .follow(folder)
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
                  "script-interpreter",
                  "/" + path,
                  "it is run by " + word + ", which is not there");
            }
          }
        });
  }
}
