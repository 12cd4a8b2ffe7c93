package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The content of a directory of this machine, as directories, files and symbolic links of an image.
 *
 * <pre>{@code
 * FileTree tools = FileTree.from("/opt/acme", Path.of("src/main/tools")).withOwner(0, 0);
 * ImageDefinition image = ImageDefinition.onAlpine("acme/tools").withTree(tools);
 * }</pre>
 *
 * <p>It depends on names, contents, links and execute permissions alone: not on the order of the
 * listing, the times, the owners and the umask. Files have the mode 0755 if their owner may execute
 * them, else 0644; directories have 0755. A directory that the packages or the parent have keeps
 * its own mode and owner. The files of git itself, {@code .git}, are left out.
 *
 * @param directories the directories, parents first
 * @param files the files, sorted by path
 * @param links the symbolic links, sorted by path
 */
@Api
public record FileTree(
    List<OwnedDirectory> directories, List<StaticFile> files, List<SymbolicLink> links) {

  public FileTree {
    directories = List.copyOf(directories);
    files = List.copyOf(files);
    links = List.copyOf(links);
  }

  /**
   * Reads a directory.
   *
   * @param path the path of the directory in the image, {@code /} for the root
   * @param source the directory of this machine
   * @throws ai.opencode.sandbox.failure.UsageException if it has special files, setuid programs or
   *     links that lead out of it, more than 100,000 entries or 4 GiB
   */
  public static FileTree from(String path, Path source) throws IOException {
    return new FileTreeReader(path).read(source);
  }

  /** Returns a copy in which everything but links belongs to an owner. */
  public FileTree withOwner(int uid, int gid) {
    return new FileTree(
        directories.stream()
            .map(
                each ->
                    new OwnedDirectory(each.path(), each.mode(), uid, gid, each.onlyIfMissing()))
            .toList(),
        files.stream().map(each -> each.withOwner(uid, gid)).toList(),
        links);
  }

  /** Returns a copy in which all files have a mode. */
  public FileTree withFileMode(int mode) {
    return new FileTree(
        directories, files.stream().map(each -> each.withMode(mode)).toList(), links);
  }
}
