package ai.opencode.sandbox.evidence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The information of an installed npm package about itself, {@code package.json}.
 *
 * @param licence the licence in the author's words; empty if there is none
 */
public record PackageJson(String name, String version, Optional<String> licence) {

  private static final int MAX_WORD = 512;
  private static final int MAX_LICENCE = 4096;

  /** The limit of a file in bytes; npm's own packages have a few thousand. */
  public static final int MAX_BYTES = 4 << 20;

  /** A field that occurs twice has its last value, as in npm: refusing it would hide a package. */
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(64)
                      .maxDocumentLength(MAX_BYTES)
                      .build())
              .build());

  private static final String FILE = "/package.json";
  private static final String MODULES = "node_modules/";
  private static final String COPIES = "vendor/";

  /**
   * Returns whether a path is that of an installed package's file. npm puts each package into a
   * directory {@code node_modules} of the project or of another package, and authors put copies of
   * packages into a directory {@code vendor} of their own; a package.json elsewhere in a package is
   * a file of it.
   */
  public static boolean isAt(String path) {
    if (!path.endsWith(FILE)) {
      return false;
    }
    int at = path.startsWith(MODULES) ? 0 : path.indexOf("/" + MODULES) + 1;
    String directory = directory(path) + "/";
    if (!directory.startsWith(MODULES, at)) {
      return false;
    }
    while (at < directory.length()) {
      int name = nameAt(directory, at);
      int end = name < 0 ? -1 : directory.indexOf('/', name);
      if (end >= 0 && directory.charAt(name) == '@') {
        end = directory.indexOf('/', end + 1);
      }
      // npm keeps links and notes of its own in names with a dot.
      if (end < 0 || directory.charAt(name) == '.') {
        return false;
      }
      at = end + 1;
    }
    return true;
  }

  /** Returns where the name of a package begins; negative if there is no directory of packages. */
  private static int nameAt(String directory, int at) {
    for (String each : List.of(MODULES, COPIES)) {
      if (directory.startsWith(each, at)) {
        return at + each.length();
      }
    }
    return -1;
  }

  /** Returns the directory of a package by the path of its file. */
  public static String directory(String path) {
    return path.substring(0, path.length() - FILE.length());
  }

  /**
   * Reads the file; empty if it is malformed, or does not name a package with a version: npm would
   * not have installed that.
   */
  public static Optional<PackageJson> read(byte[] content) {
    try {
      JsonNode json = MAPPER.readTree(content);
      String name = json.path("name").asText("");
      String version = json.path("version").asText("");
      return isWord(name) && isWord(version)
          ? Optional.of(new PackageJson(name, version, licence(json)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isWord(String text) {
    return !text.isBlank()
        && text.length() <= MAX_WORD
        && text.chars().allMatch(each -> each > ' ' && each < 0x7f);
  }

  /**
   * Returns the licence: a text, or in old packages an object with the type or a list of such
   * objects, any of which may be chosen.
   */
  private static Optional<String> licence(JsonNode json) {
    JsonNode written = json.has("license") ? json.path("license") : json.path("licenses");
    if (!written.isArray()) {
      return one(written);
    }
    List<String> all = new ArrayList<>();
    written.forEach(each -> one(each).ifPresent(all::add));
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.size() == 1 ? all.get(0) : "(" + String.join(" OR ", all) + ")");
  }

  private static Optional<String> one(JsonNode written) {
    String text = written.isObject() ? written.path("type").asText("") : written.asText("");
    String stripped = text.strip();
    return stripped.isEmpty()
        ? Optional.empty()
        : Optional.of(stripped.substring(0, Math.min(stripped.length(), MAX_LICENCE)));
  }
}
