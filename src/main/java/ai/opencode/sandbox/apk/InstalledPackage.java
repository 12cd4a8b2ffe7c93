package ai.opencode.sandbox.apk;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A package in the installed database, with the files that it owns.
 *
 * @param directories in the order in which the package lists them
 */
public record InstalledPackage(ApkPackage pkg, List<Directory> directories) {

  public InstalledPackage {
    directories = List.copyOf(directories);
  }

  /** Returns a copy with the files of each directory sorted by name. */
  InstalledPackage withSortedFiles() {
    return withDirectories(
        directories.stream()
            .map(
                each ->
                    new Directory(
                        each.path(),
                        each.owner(),
                        each.files().stream().sorted(Comparator.comparing(File::name)).toList()))
            .toList());
  }

  /** Returns a copy with other directories. */
  public InstalledPackage withDirectories(List<Directory> newDirectories) {
    return new InstalledPackage(pkg, newDirectories);
  }

  /**
   * An {@code F:} line with the files below it.
   *
   * @param path without leading or trailing slash; empty for the root
   * @param owner null for a directory of root with mode 755, for which apk writes no line
   */
  public record Directory(String path, @Nullable Owner owner, List<File> files) {

    public Directory {
      files = List.copyOf(files);
    }
  }

  /**
   * An {@code R:} line.
   *
   * @param name last part of the path
   * @param owner null for a file of root with mode 644, for which apk writes no line
   * @param checksum of the content, or of a symbolic link's text; null for devices
   */
  public record File(String name, @Nullable Owner owner, @Nullable Checksum checksum) {}

  /**
   * An {@code M:} or {@code a:} line.
   *
   * @param xattrChecksum over the extended attributes, in {@code Q1} form; null if there are none
   */
  public record Owner(long uid, long gid, int mode, @Nullable String xattrChecksum) {

    @Override
    public String toString() {
      return uid
          + ":"
          + gid
          + ":"
          + Integer.toOctalString(mode)
          + (xattrChecksum == null ? "" : ":" + xattrChecksum);
    }
  }
}
