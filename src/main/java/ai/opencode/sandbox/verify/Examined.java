package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.inspect.content.FileOwners;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.OpenedImage;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image with everything that several checks ask for.
 *
 * @param database null where it is missing or malformed
 * @param unowned why files that no package has may be there
 */
record Examined(
    OpenedImage image,
    ImageRoot root,
    Platform platform,
    Contract contract,
    @Nullable InstalledDatabase database,
    FileOwners owners,
    UnownedFiles unowned) {

  static final String UPSTREAM = "ai.opencode.sandbox.upstream";

  static Examined of(
      OpenedImage image,
      ImageRoot root,
      Platform platform,
      Contract contract,
      @Nullable InstalledDatabase database) {
    FileOwners owners = FileOwners.of(root, database);
    return new Examined(
        image,
        root,
        platform,
        contract,
        database,
        owners,
        new UnownedFiles(root, owners, platform, contract));
  }

  ImageConfig config() {
    return image.config();
  }

  List<InstalledPackage> packages() {
    return database == null ? List.of() : database.packages();
  }

  /** Whether the image was made from official packages, which is what budgets are for. */
  boolean isStandIn() {
    return UpstreamKind.STAND_IN.toString().equals(config().labels().get(UPSTREAM));
  }

  /** The environment by name; of a name that occurs twice, the first, as programs see it. */
  Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>();
    for (String line : config().environment()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        variables.putIfAbsent(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return variables;
  }

  /** The folders in which a shell looks for programs. */
  List<String> searchPath() {
    List<String> folders = new ArrayList<>();
    for (String folder : environment().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
      if (!folder.isEmpty()) {
        folders.add(folder);
      }
    }
    return folders;
  }

  /** The file that runs where a program of that name, or path, is started. */
  Optional<RootEntry> program(String name) {
    if (name.contains("/")) {
      return root.follow(name).filter(RootEntry::isProgram);
    }
    return searchPath().stream()
        .flatMap(folder -> root.follow(folder + "/" + name).stream())
        .filter(RootEntry::isProgram)
        .findFirst();
  }
}
