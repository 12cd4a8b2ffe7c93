package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The packages that an image adds to its parent's.
 *
 * @param packages apk dependencies in the syntax of {@code /etc/apk/world} ({@code git}, {@code
 *     nodejs>=20}), sorted
 * @param npm the npm packages, or null for none
 */
@Api
public record SoftwareSettings(List<String> packages, @Nullable NpmProject npm) {

  public SoftwareSettings {
    packages = List.copyOf(new TreeSet<>(packages));
  }

  /** Returns settings without packages. */
  public static SoftwareSettings none() {
    return new SoftwareSettings(List.of(), null);
  }

  public SoftwareSettings withPackages(Collection<String> more) {
    List<String> all = new ArrayList<>(packages);
    all.addAll(more);
    return new SoftwareSettings(all, npm);
  }

  public SoftwareSettings withNpm(NpmProject newNpm) {
    return new SoftwareSettings(packages, newNpm);
  }
}
