package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The packages that an image adds to its parent's.
 *
 * @param packages apk dependencies in the syntax of {@code /etc/apk/world} ({@code git}, {@code
 *     nodejs>=20}), sorted
 * @param npm the npm packages, or null for none
 * @param without names of packages that the image does without although its parent's definition
 *     asked for them, sorted
 */
@Api
public record SoftwareSettings(
    List<String> packages, @Nullable NpmProject npm, List<String> without) {

  private static final Pattern DEPENDENCY = Pattern.compile("[^\\s\\p{Cntrl}]+");
  private static final Pattern AFTER_NAME = Pattern.compile("[<>=~@].*");

  public SoftwareSettings {
    packages = List.copyOf(new TreeSet<>(packages));
    without = List.copyOf(new TreeSet<>(without));
    packages.forEach(SoftwareSettings::requireDependency);
  }

  /** Creates settings that do without nothing. */
  public SoftwareSettings(List<String> packages, @Nullable NpmProject npm) {
    this(packages, npm, List.of());
  }

  /** Returns settings without packages. */
  public static SoftwareSettings none() {
    return new SoftwareSettings(List.of(), null);
  }

  private static void requireDependency(String text) {
    if (!DEPENDENCY.matcher(text).matches()) {
      throw new UsageException(
          "\""
              + text.replaceAll("\\p{Cntrl}", "?")
              + "\" is not a package. Use a name such as git, with a version such as nodejs>=20 if"
              + " need be.");
    }
  }

  /**
   * Returns the name in a dependency: {@code nodejs} for {@code nodejs>=20} and {@code !nodejs}.
   */
  static String nameIn(String dependency) {
    String positive = dependency.startsWith("!") ? dependency.substring(1) : dependency;
    return AFTER_NAME.matcher(positive).replaceFirst("");
  }

  public SoftwareSettings withPackages(Collection<String> more) {
    List<String> all = new ArrayList<>(packages);
    all.addAll(more);
    Set<String> names = new TreeSet<>();
    more.forEach(each -> names.add(nameIn(each)));
    return new SoftwareSettings(
        all, npm, without.stream().filter(each -> !names.contains(each)).toList());
  }

  /** Returns a copy that does without some packages. */
  SoftwareSettings withoutPackages(Set<String> names) {
    List<String> all = new ArrayList<>(without);
    all.addAll(names);
    return new SoftwareSettings(askingNotFor(names).packages, npm, all);
  }

  /** Returns a copy without the dependencies on some packages. */
  SoftwareSettings askingNotFor(Set<String> names) {
    return new SoftwareSettings(
        packages.stream().filter(each -> !names.contains(nameIn(each))).toList(), npm, without);
  }

  public SoftwareSettings withNpm(NpmProject newNpm) {
    return new SoftwareSettings(packages, newNpm, without);
  }
}
