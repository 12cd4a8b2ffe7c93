package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The place of a package in an npm tree. Its text has the form of a lock's keys: {@code
 * node_modules/a/node_modules/@scope/b}. Only package names are allowed between the {@code
 * node_modules}, so such a path cannot leave the tree.
 *
 * <p>Places are sorted by their texts, and the order of packages in a layer depends on that.
 */
public final class InstallPath implements Comparable<InstallPath> {

  static final String MODULES = "node_modules";
  static final String DIRECTORY = MODULES + "/";

  // Some registries still have old names with upper case. A leading dot would allow ".bin" and
  // "..".
  private static final String WORD = "[A-Za-z0-9~_-][A-Za-z0-9._~-]*";
  private static final Pattern NAME = Pattern.compile("(?:@" + WORD + "/)?" + WORD);
  private static final int MAX_NAME = 214;
  static final int MAX_DEPTH = 64;

  private final @Nullable InstallPath container;
  private final String name;
  private final String text;

  private InstallPath(@Nullable InstallPath container, String name) {
    this.container = container;
    this.name = name;
    this.text = (container == null ? "" : container + "/") + DIRECTORY + name;
  }

  static boolean isName(String name) {
    return name.length() <= MAX_NAME
        && NAME.matcher(name).matches()
        && !name.equals(MODULES)
        && !name.endsWith("/" + MODULES);
  }

  /**
   * Parses the key of a lock.
   *
   * @throws VerificationException if it has another form
   */
  public static InstallPath parse(String text, String source) {
    if (!text.startsWith(DIRECTORY)) {
      throw invalid(text, source);
    }
    String[] names = text.substring(DIRECTORY.length()).split("/" + DIRECTORY, -1);
    if (names.length > MAX_DEPTH || !Arrays.stream(names).allMatch(InstallPath::isName)) {
      throw invalid(text, source);
    }
    InstallPath path = top(names[0]);
    for (String name : Arrays.asList(names).subList(1, names.length)) {
      path = path.child(name);
    }
    return path;
  }

  private static VerificationException invalid(String path, String source) {
    return new VerificationException(
        source
            + ": \""
            + path
            + "\" is not of the form node_modules/<name>[/node_modules/<name>…]. Create it again"
            + " with npm install --package-lock-only.");
  }

  /** Returns the place of a package at the top level. */
  static InstallPath top(String name) {
    return new InstallPath(null, name);
  }

  /** Returns the place of a package inside the package at this place. */
  InstallPath child(String name) {
    return new InstallPath(this, name);
  }

  /** Returns the name of the package's directory, which is the alias if the project uses one. */
  String name() {
    return name;
  }

  /** Returns the name's directories: that of the scope, if there is one, and the package's. */
  List<String> nameParts() {
    return List.of(name.split("/", -1));
  }

  /** Returns the place of the containing package; null at the top level. */
  @Nullable InstallPath container() {
    return container;
  }

  boolean isTop() {
    return container == null;
  }

  /** Returns the number of packages on the path, including the package itself. */
  int depth() {
    return container == null ? 1 : container.depth() + 1;
  }

  /** Returns the {@code node_modules/} that contains the package, with its slash. */
  String directory() {
    return text.substring(0, text.length() - name.length());
  }

  /**
   * Returns the path of a file of this package, from the directory of a package that contains it;
   * just the file's path if that is the same package.
   */
  String fileIn(InstallPath carrier, String file) {
    return equals(carrier) ? file : in(carrier) + "/" + file;
  }

  /**
   * Returns this place from the directory of a package that contains it.
   *
   * @throws IllegalArgumentException if that package does not contain it
   */
  InstallPath in(InstallPath carrier) {
    List<String> names = new ArrayList<>();
    InstallPath place = this;
    for (; place != null && !place.equals(carrier); place = place.container) {
      names.add(0, place.name);
    }
    if (place == null || names.isEmpty()) {
      throw new IllegalArgumentException(this + " is not inside " + carrier);
    }
    InstallPath within = top(names.get(0));
    for (String each : names.subList(1, names.size())) {
      within = within.child(each);
    }
    return within;
  }

  /** Returns this place inside the package at another place. */
  InstallPath below(InstallPath other) {
    return container == null ? other.child(name) : container.below(other).child(name);
  }

  @Override
  public int compareTo(InstallPath other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InstallPath path && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
