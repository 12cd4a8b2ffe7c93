package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The packages that an image adds to its parent's.
 *
 * @param packages requests for {@code /etc/apk/world} ({@code git}, {@code nodejs>=20}), sorted
 * @param npm the npm packages, or null for none
 * @param without names of packages that the image does without although its parent's definition
 *     asked for them, sorted
 */
@Api
public record SoftwareSettings(
    List<Dependency> packages, @Nullable NpmProject npm, List<String> without) {

  private static final Pattern PACKAGE_NAME = Pattern.compile("[^\\s\\p{Cntrl}<>=~@!]+");

  public SoftwareSettings {
    packages = List.copyOf(new TreeSet<>(packages));
    without = List.copyOf(new TreeSet<>(without));
  }

  /** Creates settings that do without nothing. */
  public SoftwareSettings(List<Dependency> packages, @Nullable NpmProject npm) {
    this(packages, npm, List.of());
  }

  /** Returns settings without packages. */
  public static SoftwareSettings none() {
    return new SoftwareSettings(List.of(), null);
  }

  private static Dependency request(String text) {
    try {
      return Dependency.of(text);
    } catch (UsageException e) {
      throw new UsageException(
          "\""
              + text.replaceAll("\\p{Cntrl}", "?")
              + "\" is not a package. Use a name such as git, with a version such as nodejs>=20 if"
              + " need be.");
    }
  }

  /**
   * Returns a copy that asks for more packages.
   *
   * @throws UsageException if a text is not a dependency of apk
   */
  public SoftwareSettings withPackages(Collection<String> more) {
    return withRequests(more.stream().map(SoftwareSettings::request).toList());
  }

  SoftwareSettings withRequests(Collection<Dependency> asked) {
    Set<String> names = names(asked);
    List<Dependency> all = new ArrayList<>(packages);
    all.addAll(asked);
    return new SoftwareSettings(
        all, npm, without.stream().filter(each -> !names.contains(each)).toList());
  }

  /** Returns the names of the packages that dependencies are on, sorted. */
  static Set<String> names(Collection<Dependency> dependencies) {
    return dependencies.stream()
        .map(Dependency::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Checks the names of packages that an image is to do without.
   *
   * @param image the image's name
   * @param asked the names that it and its parents ask for
   */
  static void requireAsked(String image, Set<String> asked, Collection<String> names) {
    for (String each : names) {
      if (!PACKAGE_NAME.matcher(each).matches()) {
        throw new UsageException(
            "\""
                + each.replaceAll("\\p{Cntrl}", "?")
                + "\" is not the name of a package. Use a name without a version, such as vim.");
      }
      if (!asked.contains(each)) {
        throw new UsageException(
            image
                + " cannot be without "
                + each
                + ", because neither it nor a parent asks for that package. Leave it out, or name"
                + " one of: "
                + String.join(", ", asked));
      }
    }
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
        packages.stream().filter(each -> !names.contains(each.name())).toList(), npm, without);
  }

  public SoftwareSettings withNpm(NpmProject newNpm) {
    return new SoftwareSettings(packages, newNpm, without);
  }
}
