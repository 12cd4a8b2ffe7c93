package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Access;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A package in apk's database of installed packages ({@code lib/apk/db/installed}), with its files.
 *
 * @param pkg the package
 * @param directories the directories with the package's files, in the order of the database
 */
public record InstalledPackage(ApkPackage pkg, List<Directory> directories) {

  public InstalledPackage {
    directories = List.copyOf(directories);
  }

  /** Returns the identity among the packages of a root. */
  public PackageId id() {
    return pkg.id();
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
   * A directory in the database: an {@code F:} line with the lines of its files.
   *
   * @param path the path without leading or trailing slash; empty for the root directory
   * @param owner the owner and mode; null for root and mode 755, for which apk writes no line
   * @param files the files of the package in this directory
   */
  public record Directory(String path, @Nullable Owner owner, List<File> files) {

    private static final Owner USUAL = new Owner(Access.ofRoot(0755), null);

    public Directory {
      files = List.copyOf(files);
    }

    /** Returns the value of {@link #owner} for an owner and mode: null for the usual ones. */
    public static @Nullable Owner written(Owner owner) {
      return owner.equals(USUAL) ? null : owner;
    }

    public Access access() {
      return owner == null ? USUAL.access() : owner.access();
    }
  }

  /**
   * A file in the database: an {@code R:} line.
   *
   * @param name the last part of the file's path
   * @param owner the owner and mode; null for root and mode 644, for which apk writes no line
   * @param checksum the checksum of the content, or of a symbolic link's text; null for a device
   */
  public record File(String name, @Nullable Owner owner, @Nullable Checksum checksum) {

    private static final Owner USUAL = new Owner(Access.ofRoot(0644), null);

    /** Returns the value of {@link #owner} for an owner and mode: null for the usual ones. */
    public static @Nullable Owner written(Owner owner) {
      return owner.equals(USUAL) ? null : owner;
    }

    public Access access() {
      return owner == null ? USUAL.access() : owner.access();
    }
  }

  /**
   * The owner and mode of a directory or file: an {@code M:} or {@code a:} line.
   *
   * @param xattrChecksum the checksum of the extended attributes, {@code Q1} and base64; null if
   *     there are none
   */
  public record Owner(Access access, @Nullable String xattrChecksum) {

    @Override
    public String toString() {
      return access.uid()
          + ":"
          + access.gid()
          + ":"
          + Integer.toOctalString(access.mode())
          + (xattrChecksum == null ? "" : ":" + xattrChecksum);
    }
  }
}
