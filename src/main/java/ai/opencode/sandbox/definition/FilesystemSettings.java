package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;

/**
 * The directories, files and links of an image that no package brings.
 *
 * @param user the user that a container runs as
 * @param directories directories in the order in which they are made, parents first
 * @param files files; those of the parent, and those of packages below {@code /etc}, are replaced
 * @param links symbolic links
 * @param writable further directories that are writable in hardened containers, beside those of
 *     every sandbox ({@link WritablePath#of}), sorted
 */
@Api
public record FilesystemSettings(
    SandboxUser user,
    List<OwnedDirectory> directories,
    List<StaticFile> files,
    List<SymbolicLink> links,
    List<WritableDirectory> writable) {

  /**
   * Checks that no two paths conflict.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if two of them are the same, or one is below
   *     a file or link
   */
  public FilesystemSettings {
    directories = List.copyOf(directories);
    files = List.copyOf(files);
    links = List.copyOf(links);
    writable = Placement.sorted(writable);
    Placement.require(user, directories, files, links, writable);
  }

  /** Creates settings without links or further writable directories. */
  public FilesystemSettings(
      SandboxUser user, List<OwnedDirectory> directories, List<StaticFile> files) {
    this(user, directories, files, List.of(), List.of());
  }

  /** Returns settings with a user, without directories or files. */
  public static FilesystemSettings of(SandboxUser user) {
    return new FilesystemSettings(user, List.of(), List.of());
  }

  public FilesystemSettings withDirectory(OwnedDirectory directory) {
    return new FilesystemSettings(user, with(directories, directory), files, links, writable);
  }

  public FilesystemSettings withFile(StaticFile file) {
    return new FilesystemSettings(user, directories, with(files, file), links, writable);
  }

  public FilesystemSettings withLink(SymbolicLink link) {
    return new FilesystemSettings(user, directories, files, with(links, link), writable);
  }

  /** Returns a copy with the directories, files and links of a tree. */
  public FilesystemSettings withTree(FileTree tree) {
    return new FilesystemSettings(
        user,
        joined(directories, tree.directories()),
        joined(files, tree.files()),
        joined(links, tree.links()),
        writable);
  }

  public FilesystemSettings withWritable(WritableDirectory directory) {
    return new FilesystemSettings(user, directories, files, links, with(writable, directory));
  }

  private static <T> List<T> with(List<T> before, T another) {
    return joined(before, List.of(another));
  }

  private static <T> List<T> joined(List<T> before, List<T> more) {
    List<T> all = new ArrayList<>(before);
    all.addAll(more);
    return all;
  }
}
