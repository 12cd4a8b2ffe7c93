package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.HashMap;
import java.util.Map;

/** A root in the middle of an installation, and all that apk knows of it at that moment. */
final class InstallationState {

  final Root.Builder root;
  final Accounts accounts;
  final DirectoryOwners directoryOwners;
  final ListedFolders directories = new ListedFolders();

  /** The installed packages by name, as they are now. */
  final Map<String, ApkPackage> packages = new HashMap<>();

  private final ProtectedFolders protectedFolders;

  /** Changed files of packages that are replaced: apk keeps them, and so do we. */
  private final Map<String, Checksum> recorded = new HashMap<>();

  InstallationState(Root below, InstalledDatabase database) {
    this.root = below.toBuilder();
    this.accounts = Accounts.of(below);
    this.protectedFolders = ProtectedFolders.of(below);
    this.directoryOwners = DirectoryOwners.of(database);
    for (InstalledPackage each : database.packages()) {
      packages.put(each.pkg().name(), each.pkg());
      claim(each);
    }
  }

  /** Writes the database's knowledge of who owns what into the root. */
  private void claim(InstalledPackage installed) {
    String name = installed.pkg().name();
    for (InstalledPackage.Directory directory : installed.directories()) {
      String path = root.resolve(directory.path());
      directories.add(path, name);
      for (InstalledPackage.File file : directory.files()) {
        String place = Root.child(path, file.name());
        Node node = root.get(place);
        if (node != null && !node.isDirectory()) {
          root.put(place, node.withOwner(name));
          if (file.checksum() != null) {
            recorded.put(place, file.checksum());
          }
        }
      }
    }
  }

  /** Remembers a file's content as its package brought it. */
  void record(String place, Checksum sha1) {
    recorded.put(place, sha1);
  }

  /** Whether a file is one that somebody has made or changed, where apk leaves such files alone. */
  boolean isToStay(String place, Node node) {
    if (!protectedFolders.contain(place)) {
      return false;
    }
    Checksum sha1 = recorded.get(place);
    return node.owner() == null || sha1 == null || !sha1.equals(node.sha1());
  }
}
