package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Checks that every file in the package database exists, with the content and owner it lists. */
final class DatabaseFilesCheck implements Check {

  /**
   * Files that belong to a package but have other content, because they define the image's users.
   * Their owner and mode must be unchanged.
   */
  static final Map<String, String> CHANGED =
      Map.of(
          "etc/group", "the sandbox's group is added",
          "etc/passwd", "the sandbox's user is added",
          "etc/shadow", "the sandbox's user is added, with no password",
          "etc/shells", "the user's shell is added, as bash's own script would do");

  /**
   * Engines mount over these directories, and Alpine's own root file system omits parts of them.
   */
  private static final List<String> MOUNTED = List.of("dev/", "proc/", "sys/");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "database-checksum", "every file has the content that its package brought",
        "database-directory", "every directory has the owner and mode that a package gives it",
        "database-file", "every file of the database exists and has its original type",
        "database-mode", "every file has the mode that its package gives it",
        "database-owner", "every file has the owner that its package gives it");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    SortedMap<String, TreeSet<String>> directories = new TreeMap<>();
    for (InstalledPackage each : image.packages()) {
      for (InstalledPackage.Directory directory : each.directories()) {
        Access access = directory.access();
        directories
            .computeIfAbsent(directory.path(), key -> new TreeSet<>())
            .add(access.uid() + ":" + access.gid() + ":" + Integer.toOctalString(access.mode()));
        for (InstalledPackage.File file : directory.files()) {
          String path =
              directory.path().isEmpty() ? file.name() : directory.path() + "/" + file.name();
          if (!isReplaced(image, path)) {
            file(image, each.pkg().name(), path, file, flaws);
          }
        }
      }
    }
    directories.forEach((path, owners) -> directory(image, path, List.copyOf(owners), flaws));
  }

  /**
   * Returns whether the image's definition replaces a setting of a package, so that {@link
   * DefinitionCheck} has its content.
   */
  private static boolean isReplaced(Examined image, String path) {
    DefinedImage defined = image.contract().definition();
    DefinedImage.Entry entry =
        defined == null || !path.startsWith("etc/") ? null : defined.entries().get("/" + path);
    return entry instanceof DefinedImage.FileEntry || entry instanceof DefinedImage.LinkEntry;
  }

  private static void directory(Examined image, String path, List<String> owners, Flaws flaws) {
    Optional<RootEntry> found = image.root().follow(path);
    if (path.isEmpty() || MOUNTED.stream().anyMatch(each -> (path + "/").startsWith(each))) {
      return;
    }
    if (found.isEmpty() || !found.get().isDirectory()) {
      flaws.add(
          "database-directory",
          "/" + path,
          "packages have files in it, but it is "
              + found.map(entry -> entry.kind().toString()).orElse("missing"));
      return;
    }
    String actual = found.get().owner() + ":" + found.get().octalMode();
    if (!owners.contains(actual)) {
      flaws.add(
          "database-directory",
          "/" + path,
          "it has owner and mode " + actual + ", packages give it " + String.join(" or ", owners));
    }
  }

  private static void file(
      Examined image, String name, String path, InstalledPackage.File file, Flaws flaws) {
    String where = "/" + path;
    Optional<RootEntry> found = image.root().locate(path);
    if (found.isEmpty()) {
      flaws.add("database-file", where, name + " has it, but it is missing");
      return;
    }
    RootEntry entry = found.get();
    Access access = file.access();
    if (entry.isDirectory()) {
      flaws.add("database-file", where, name + " has a file here, but it is a directory");
      return;
    }
    if (!entry.rights().access().hasOwnerOf(access)) {
      flaws.add(
          "database-owner",
          where,
          "it belongs to "
              + entry.owner()
              + ", "
              + name
              + " gives it to "
              + access.uid()
              + ":"
              + access.gid());
    }
    // The mode of a symbolic link has no effect.
    if (!entry.isLink() && entry.mode() != access.mode()) {
      flaws.add(
          "database-mode",
          where,
          "its mode is "
              + entry.octalMode()
              + ", "
              + name
              + " gives it "
              + Integer.toOctalString(access.mode()));
    }
    checksum(image, entry, name, path, file, flaws);
  }

  private static boolean mayDiffer(Examined image, String path, Checksum packaged) {
    return CHANGED.containsKey(path)
        || (path.equals(TrustedBundle.PATH)
            && (TrustedBundle.isMadeOfAuthorities(image)
                || TrustedBundle.isExtended(image, packaged)));
  }

  private static void checksum(
      Examined image,
      RootEntry entry,
      String name,
      String path,
      InstalledPackage.File file,
      Flaws flaws) {
    Checksum checksum = file.checksum();
    if (checksum == null) {
      if (entry.isFile()) {
        flaws.add("database-checksum", "/" + path, name + " has no checksum for it");
      }
      return;
    }
    String target = entry.target();
    String actual =
        target == null
            ? entry.sha1()
            : HexFormat.of()
                .formatHex(Checksum.newSha1().digest(target.getBytes(StandardCharsets.UTF_8)));
    if (!checksum.hex().equals(actual) && !(entry.isFile() && mayDiffer(image, path, checksum))) {
      flaws.add(
          "database-checksum",
          "/" + path,
          "its content is not that of "
              + name
              + " (SHA-1 "
              + actual
              + ", not "
              + checksum.hex()
              + ")");
    }
  }
}
