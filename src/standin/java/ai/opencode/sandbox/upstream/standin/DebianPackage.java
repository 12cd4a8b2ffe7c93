package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * apt's record of a package in the version that it would install.
 *
 * @param section Debian's category: {@code libs}, {@code devel}, …
 * @param depends alternatives, best first, of each package that it depends on
 * @param size bytes of the {@code .deb} file
 * @param sha256 of the {@code .deb} file
 */
record DebianPackage(
    String name,
    String version,
    String source,
    String section,
    String summary,
    String homepage,
    String maintainer,
    List<List<String>> depends,
    int size,
    Digest sha256) {

  DebianPackage {
    depends = List.copyOf(depends);
  }

  /**
   * Returns whether it is in a section for libraries; Debian moves superseded ones to {@code
   * oldlibs}.
   */
  boolean isLibrary() {
    return section.endsWith("libs");
  }

  /** Parses the records that {@code apt-cache show} prints (deb822(5)). */
  static List<DebianPackage> parse(String stanzas) {
    List<DebianPackage> packages = new ArrayList<>();
    Map<String, String> fields = new LinkedHashMap<>();
    String lastKey = "";
    for (String line : (stanzas + "\n\n").split("\n", -1)) {
      if (line.isEmpty()) {
        if (!fields.isEmpty()) {
          packages.add(of(fields));
          fields.clear();
        }
      } else if (Character.isWhitespace(line.charAt(0))) {
        fields.merge(lastKey, line, String::concat);
      } else {
        int colon = line.indexOf(':');
        lastKey = line.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
        fields.put(lastKey, line.substring(colon + 1).trim());
      }
    }
    return packages;
  }

  private static DebianPackage of(Map<String, String> fields) {
    String name = fields.getOrDefault("package", "");
    String sha256 = fields.get("sha256");
    if (sha256 == null) {
      throw new NetworkException(
          "apt knows the package " + name + " but not its file. Run apt-get update.");
    }
    String source = fields.getOrDefault("source", name);
    List<List<String>> depends = new ArrayList<>();
    depends.addAll(clauses(fields.getOrDefault("pre-depends", "")));
    depends.addAll(clauses(fields.getOrDefault("depends", "")));
    return new DebianPackage(
        name,
        fields.getOrDefault("version", "0"),
        source.split(" ", 2)[0],
        fields.getOrDefault("section", ""),
        // Some apt versions print the long description below the summary.
        fields.getOrDefault("description", fields.getOrDefault("description-en", name))
            .split(" {2}| \\.", 2)[0],
        fields.getOrDefault("homepage", ""),
        fields.getOrDefault("maintainer", ""),
        depends,
        size(fields.getOrDefault("size", "0")),
        new Digest(sha256));
  }

  private static int size(String digits) {
    return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
  }

  private static List<List<String>> clauses(String field) {
    List<List<String>> clauses = new ArrayList<>();
    for (String clause : field.split(",", -1)) {
      List<String> alternatives = new ArrayList<>();
      for (String alternative : clause.split("\\|", -1)) {
        String name = alternative.trim().split("[ (:\\[]", 2)[0];
        if (!name.isEmpty()) {
          alternatives.add(name);
        }
      }
      if (!alternatives.isEmpty()) {
        clauses.add(List.copyOf(alternatives));
      }
    }
    return clauses;
  }
}
