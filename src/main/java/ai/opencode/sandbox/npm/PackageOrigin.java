package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.ServerAddress;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * The check that a package comes from a registry. The address in a lock is not used, because this
 * machine's configuration selects the registry; but it reveals packages that no registry has.
 */
final class PackageOrigin {

  private static final String PUBLISH =
      " Publish the package to a registry, and use its version in package.json.";

  private static final List<String> GIT =
      List.of("git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:", "ssh:");

  private PackageOrigin() {}

  /**
   * Returns the reason why a package is not from a registry, and the remedy; empty if nothing shows
   * that.
   *
   * @param key the package's key in the lock
   * @param address the value of {@code resolved}; empty if there is none
   */
  static Optional<String> elsewhere(String key, JsonNode entry, String address) {
    if (entry.path("link").asBoolean(false)) {
      return Optional.of(
          "is a link to the directory \""
              + address
              + "\" (a workspace, or file: or link: in package.json), which is not in the image."
              + PUBLISH);
    }
    if (!key.startsWith(InstallPath.DIRECTORY)) {
      return Optional.of(
          "is a directory beside node_modules (a workspace, or file: in package.json), whose"
              + " files the lock does not fix."
              + PUBLISH);
    }
    if (isGit(address)) {
      return Optional.of(
          "comes from the git repository "
              + ServerAddress.shown(address)
              + ", of whose files the lock has no checksum."
              + PUBLISH);
    }
    if (address.startsWith("file:")) {
      return Optional.of(
          "comes from the file or directory \""
              + address
              + "\" of the computer that made the lock."
              + PUBLISH);
    }
    return Optional.empty();
  }

  /** Returns the reason why an address is not that of a version at a registry, and the remedy. */
  static Optional<String> noRegistry(String address, String name, String version) {
    return isRegistry(address, name, version)
        ? Optional.empty()
        : Optional.of(
            "comes from "
                + ServerAddress.shown(address)
                + ", which is not the address of "
                + NpmRegistry.tarballName(name, version)
                + " at a registry."
                + PUBLISH);
  }

  private static boolean isGit(String address) {
    return GIT.stream().anyMatch(address::startsWith) || withoutQuery(address).endsWith(".git");
  }

  private static boolean isRegistry(String address, String name, String version) {
    return ServerAddress.isWeb(address)
        && withoutQuery(address).endsWith("/-/" + NpmRegistry.tarballName(name, version));
  }

  private static String withoutQuery(String address) {
    return address.split("[?#]", 2)[0];
  }
}
