package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.rootfs.ExtendedAttributes;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A package's part of the installed database, in the package's order. */
final class DatabaseRecord {

  private final Map<String, List<InstalledPackage.File>> files = new LinkedHashMap<>();
  private final Map<String, InstalledPackage.Owner> owners = new HashMap<>();

  void directory(String path, Attributes attributes) {
    files.computeIfAbsent(path, key -> new ArrayList<>());
    InstalledPackage.Owner owner =
        InstalledPackage.Directory.written(new InstalledPackage.Owner(attributes.access(), null));
    if (owner != null) {
      owners.put(path, owner);
    }
  }

  void file(TarEntry entry, Attributes attributes, @Nullable Checksum sha1) {
    String path = entry.path();
    InstalledPackage.Owner owner =
        new InstalledPackage.Owner(attributes.access(), ExtendedAttributes.checksum(attributes));
    boolean special = entry instanceof TarEntry.Device || entry instanceof TarEntry.Fifo;
    files
        .computeIfAbsent(Root.parent(path), key -> new ArrayList<>())
        .add(
            new InstalledPackage.File(
                path.substring(path.lastIndexOf('/') + 1),
                InstalledPackage.File.written(owner),
                special ? null : sha1));
  }

  InstalledPackage toPackage(ApkPackage pkg) {
    List<InstalledPackage.Directory> directories = new ArrayList<>();
    files.forEach(
        (path, list) ->
            directories.add(new InstalledPackage.Directory(path, owners.get(path), list)));
    return new InstalledPackage(pkg, directories);
  }
}
