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
 * An image together with data that several checks use.
 *
 * @param database apk's list of installed packages; null if it is missing or malformed
 * @param attestations the statements about the image
 * @param unowned the rules for files that belong to no package
 */
record Examined(
    OpenedImage image,
    ImageRoot root,
    Platform platform,
    Contract contract,
    @Nullable InstalledDatabase database,
    Attestations attestations,
    UnownedFiles unowned) {

  static final String UPSTREAM = "ai.opencode.sandbox.upstream";

  static Examined of(
      OpenedImage image,
      ImageRoot root,
      Platform platform,
      Contract contract,
      @Nullable InstalledDatabase database,
      Attestations attestations) {
    return new Examined(
        image,
        root,
        platform,
        contract,
        database,
        attestations,
        new UnownedFiles(root, FileOwners.of(root, database), platform, contract));
  }

  FileOwners owners() {
    return unowned.owners();
  }

  ImageConfig config() {
    return image.config();
  }

  List<InstalledPackage> packages() {
    return database == null ? List.of() : database.packages();
  }

  /**
   * Returns whether the image was made from stand-in packages, to which no budget of size applies.
   */
  boolean isStandIn() {
    return UpstreamKind.STAND_IN.toString().equals(config().labels().get(UPSTREAM));
  }

  /** Returns the environment by name; of duplicate names the first, as programs see it. */
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

  /** Returns the directories in which a shell searches for programs. */
  List<String> searchPath() {
    List<String> directories = new ArrayList<>();
    for (String directory : environment().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
      if (!directory.isEmpty()) {
        directories.add(directory);
      }
    }
    return directories;
  }

  /** Returns the file that runs when a program with this name or path is started. */
  Optional<RootEntry> program(String name) {
    if (name.contains("/")) {
      return root.follow(name).filter(RootEntry::isProgram);
    }
    return searchPath().stream()
        .flatMap(directory -> root.follow(directory + "/" + name).stream())
        .filter(RootEntry::isProgram)
        .findFirst();
  }
}
