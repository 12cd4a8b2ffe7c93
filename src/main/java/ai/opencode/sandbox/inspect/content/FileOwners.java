package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The packages that files belong to. Paths are resolved first, because a package may list a file
 * through a symbolic link.
 */
public final class FileOwners {

  private final Map<String, String> packages;

  private FileOwners(Map<String, String> packages) {
    this.packages = packages;
  }

  /**
   * Reads the owners from a database.
   *
   * @param database apk's list of installed packages; null if there is none, and then no file has
   *     an owner
   */
  public static FileOwners of(ImageRoot root, @Nullable InstalledDatabase database) {
    Map<String, String> owners = new HashMap<>();
    if (database != null) {
      for (InstalledPackage each : database.packages()) {
        for (InstalledPackage.Directory directory : each.directories()) {
          String place =
              root.follow(directory.path()).map(RootEntry::path).orElse(directory.path());
          for (InstalledPackage.File file : directory.files()) {
            String path = place.isEmpty() ? file.name() : place + "/" + file.name();
            owners.put(path, each.pkg().name());
          }
        }
      }
    }
    return new FileOwners(owners);
  }

  /** Returns the name of the package that owns the file at this path. */
  public Optional<String> of(String path) {
    return Optional.ofNullable(packages.get(path));
  }
}
