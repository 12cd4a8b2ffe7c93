package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.rootfs.ExtendedAttributes;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A package's part of the installed database, which follows from its placed entries. */
final class DatabaseRecord {

  private final Map<String, List<InstalledPackage.File>> files = new LinkedHashMap<>();
  private final Map<String, InstalledPackage.Owner> owners = new HashMap<>();

  private DatabaseRecord() {}

  /** Returns the record of a package, with directories and files in the package's order. */
  static InstalledPackage of(PlacedPackage placed) {
    DatabaseRecord record = new DatabaseRecord();
    for (PlacedEntry each : placed.entries()) {
      if (each.recorded() != null) {
        record.add(each.entry(), each.recorded());
      }
    }
    return record.toPackage(placed);
  }

  private void add(TarEntry entry, PlacedEntry.Recorded recorded) {
    String path = entry.path();
    if (entry instanceof TarEntry.Directory) {
      directory(path);
      InstalledPackage.Owner owner =
          InstalledPackage.Directory.written(new InstalledPackage.Owner(recorded.access(), null));
      if (owner != null) {
        owners.put(path, owner);
      }
      return;
    }
    InstalledPackage.Owner owner =
        new InstalledPackage.Owner(
            recorded.access(), ExtendedAttributes.checksum(entry.attributes()));
    boolean special = entry instanceof TarEntry.Device || entry instanceof TarEntry.Fifo;
    Checksum sha1 = special ? null : recorded.sha1();
    directory(Root.parent(path))
        .add(
            new InstalledPackage.File(
                path.substring(path.lastIndexOf('/') + 1),
                InstalledPackage.File.written(owner),
                sha1));
  }

  private List<InstalledPackage.File> directory(String path) {
    return files.computeIfAbsent(path, key -> new ArrayList<>());
  }

  private InstalledPackage toPackage(PlacedPackage placed) {
    List<InstalledPackage.Directory> directories = new ArrayList<>();
    files.forEach(
        (path, list) ->
            directories.add(new InstalledPackage.Directory(path, owners.get(path), list)));
    return new InstalledPackage(placed.apk().pkg(), directories);
  }
}
