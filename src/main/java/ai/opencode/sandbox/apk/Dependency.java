package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A dependency on a package, in apk's form {@code [!]name[@tag][operator version]}. The operator is
 * any mix of {@code < > = ~}; the tag names a repository; {@code !} makes the dependency a
 * conflict. Dependencies are equal, and sorted, by their texts, which files keep as they were
 * written.
 */
@Api
public final class Dependency implements Comparable<Dependency> {

  private static final String OPERATORS = "<>=~";
  private static final Pattern TAG = Pattern.compile("[^<>=~@\\p{Cntrl} ]+");

  private final String text;
  private final String name;
  private final boolean conflict;
  private final @Nullable String tag;
  private final String operator;
  private final @Nullable String version;

  /** The parsed version, computed at the first comparison. */
  private @Nullable ApkVersion wanted;

  private Dependency(
      String text,
      String name,
      boolean conflict,
      @Nullable String tag,
      String operator,
      @Nullable String version) {
    if (name.isEmpty() || name.startsWith("@") || hasBlanks(name)) {
      throw malformed(name);
    }
    if (operator.isEmpty() != (version == null) || (version != null && hasBlanks(version))) {
      throw malformed(name + operator);
    }
    if (tag != null && !TAG.matcher(tag).matches()) {
      throw malformed(name + "@" + tag);
    }
    this.text = text;
    this.name = name;
    this.conflict = conflict;
    this.tag = tag;
    this.operator = operator;
    this.version = version;
  }

  public String name() {
    return name;
  }

  /**
   * Returns whether the dependency is a conflict: no package that matches the name and version may
   * be installed.
   */
  public boolean conflict() {
    return conflict;
  }

  public @Nullable String tag() {
    return tag;
  }

  /**
   * Returns the operator with its characters in the order {@code <>=~}; empty if any version
   * matches. The operator {@code ><} compares the package's checksum.
   */
  public String operator() {
    return operator;
  }

  public @Nullable String version() {
    return version;
  }

  /**
   * Parses one dependency.
   *
   * @throws UsageException if the text is not a dependency
   */
  public static Dependency of(String text) {
    boolean conflict = text.startsWith("!");
    String rest = conflict ? text.substring(1) : text;
    int end = 0;
    while (end < rest.length() && OPERATORS.indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    int versionStart = end;
    while (versionStart < rest.length() && OPERATORS.indexOf(rest.charAt(versionStart)) >= 0) {
      versionStart++;
    }
    String name = rest.substring(0, end);
    String version = rest.substring(versionStart);
    int at = name.indexOf('@');
    String tag = null;
    if (at > 0) {
      tag = name.substring(at + 1);
      name = name.substring(0, at);
    } else if (version.indexOf('@') >= 0) {
      // apk 2 accepts a tag after the version, but apk 3 does not.
      throw malformed(text);
    }
    String operator = normal(rest.substring(end, versionStart));
    if (operator.isEmpty() != version.isEmpty()) {
      throw malformed(text);
    }
    return new Dependency(text, name, conflict, tag, operator, version.isEmpty() ? null : version);
  }

  /**
   * Parses a list separated by spaces or line feeds, the form in index records and {@code
   * .PKGINFO}.
   */
  public static List<Dependency> listOf(String text) {
    List<Dependency> dependencies = new ArrayList<>();
    for (String word : text.split("[ \n]+", -1)) {
      if (!word.isEmpty()) {
        dependencies.add(of(word));
      }
    }
    return dependencies;
  }

  /**
   * Returns whether a version satisfies the version part of this dependency.
   *
   * @param candidate the version to compare; null for a name that a package provides without a
   *     version, which satisfies only dependencies without a version
   */
  public boolean accepts(@Nullable ApkVersion candidate) {
    if (version == null) {
      return true;
    }
    if (candidate == null || operator.equals("<>")) {
      return false;
    }
    ApkVersion wanted = wanted(version);
    if (!candidate.isValid() || !wanted.isValid()) {
      return operator.contains("=") && candidate.equals(wanted);
    }
    if (operator.contains("~") && candidate.startsWith(wanted)) {
      return true;
    }
    int order = candidate.compareTo(wanted);
    char needed = order < 0 ? '<' : order > 0 ? '>' : '=';
    return operator.indexOf(needed) >= 0;
  }

  private ApkVersion wanted(String text) {
    ApkVersion known = wanted;
    if (known == null) {
      known = ApkVersion.of(text);
      wanted = known;
    }
    return known;
  }

  /** Returns whether the dependency has no version, a checksum, or a valid apk version. */
  public boolean hasValidVersion() {
    return version == null || isByChecksum() || wanted(version).isValid();
  }

  /** Returns whether the dependency names a package file by its checksum, {@code name><Q1…}. */
  public boolean isByChecksum() {
    return operator.equals("<>");
  }

  @Override
  public int compareTo(Dependency other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Dependency that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the text that the dependency was parsed from. */
  @Override
  public String toString() {
    return text;
  }

  private static boolean hasBlanks(String text) {
    return text.chars().anyMatch(c -> c <= ' ' || c == 0x7f);
  }

  private static String normal(String operator) {
    StringBuilder normal = new StringBuilder();
    for (int i = 0; i < OPERATORS.length(); i++) {
      char c = OPERATORS.charAt(i);
      if (operator.indexOf(c) >= 0) {
        normal.append(c);
      }
    }
    // Every version starts with itself, so =~ and ~ are equivalent.
    return normal.toString().equals("=~") ? "~" : normal.toString();
  }

  private static UsageException malformed(String text) {
    return new UsageException(
        "\""
            + text
            + "\" is not a dependency. Use [!]name[@tag][operator version], for example"
            + " nodejs>=20.");
  }
}
