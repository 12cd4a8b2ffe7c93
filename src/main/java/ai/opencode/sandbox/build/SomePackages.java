package ai.opencode.sandbox.build;

import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.stream.Collectors;

/** A list of packages in a message, which names the first of many. */
final class SomePackages {

  private static final int MAX_NAMED = 10;

  private SomePackages() {}

  /** Returns names and versions, such as {@code git-2.52.0-r0, nano-8.7-r0 and 3 more}. */
  static String of(List<LockedPackage> packages) {
    int more = packages.size() - MAX_NAMED;
    return packages.stream()
            .limit(MAX_NAMED)
            .map(LockedPackage::label)
            .collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }
}
