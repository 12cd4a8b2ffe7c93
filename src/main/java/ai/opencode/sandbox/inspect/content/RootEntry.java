package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.FileAttributes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One path of an image's file system.
 *
 * @param path without leading or trailing slash; empty for the root
 * @param mode permission bits with setuid, setgid and sticky
 * @param size bytes of a file's content; 0 for the rest, and for a second name of a file
 * @param target the text of a symbolic link
 * @param sha1 of a file's content, hex
 * @param elf where the file is a readable ELF file
 * @param script the program that a file which starts with {@code #!} asks for, without arguments;
 *     for {@code env}, with the name that it is to find
 * @param extended attributes that the image keeps, by name; of a value, a character is one byte
 * @param content of the few files that checks read
 * @param layer the number of the layer that it comes from
 * @param inode what it has in common with other names of the same file
 */
@SuppressWarnings("ArrayRecordComponent")
public record RootEntry(
    String path,
    Kind kind,
    int mode,
    long uid,
    long gid,
    long size,
    @Nullable String target,
    @Nullable String sha1,
    @Nullable ElfHeader elf,
    @Nullable String script,
    Map<String, String> extended,
    byte @Nullable [] content,
    int layer,
    Inode inode) {

  /**
   * What all names of a file share.
   *
   * @param first of its names in the layer
   * @param bytes of content
   * @param sha256 of the content, hex; null where nobody asked for it
   * @param block whether it is a block device
   * @param major number of a device
   * @param minor number of a device
   */
  public record Inode(
      String first, long bytes, @Nullable String sha256, boolean block, long major, long minor) {

    static Inode of(String path) {
      return new Inode(path, 0, null, false, 0, 0);
    }
  }

  /** What can be at a path. */
  public enum Kind {
    FILE("a file"),
    DIRECTORY("a directory"),
    LINK("a symbolic link"),
    DEVICE("a device"),
    FIFO("a named pipe");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** A directory that nothing describes and that engines make where something lies in it. */
  static RootEntry impliedDirectory(String path, int layer) {
    return new RootEntry(
        path,
        Kind.DIRECTORY,
        0755,
        0,
        0,
        0,
        null,
        null,
        null,
        null,
        Map.of(),
        null,
        layer,
        Inode.of(path));
  }

  /**
   * The same file under another name, with the attributes that the second name gave to both. A
   * second name takes no bytes.
   */
  RootEntry linked(String newPath, RootEntry attributes) {
    return new RootEntry(
        newPath,
        kind,
        attributes.mode,
        attributes.uid,
        attributes.gid,
        newPath.equals(path) ? size : 0,
        target,
        sha1,
        elf,
        script,
        extended,
        content,
        layer,
        inode);
  }

  /** Whether it carries file capabilities, which are as good as setuid. */
  public boolean capabilities() {
    return extended.containsKey(FileAttributes.CAPABILITY);
  }

  /** What an engine gives to a directory that a layer uses and does not list. */
  boolean isUsualDirectory() {
    return isDirectory() && mode == 0755 && uid == 0 && gid == 0 && extended.isEmpty();
  }

  public boolean isFile() {
    return kind == Kind.FILE;
  }

  public boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }

  public boolean isLink() {
    return kind == Kind.LINK;
  }

  /** Whether anybody may run it. */
  public boolean isProgram() {
    return isFile() && (mode & 1) != 0;
  }

  /** The content as text; empty where it was not kept. */
  public String text() {
    return content == null ? "" : new String(content, StandardCharsets.UTF_8);
  }

  /** The mode as {@code chmod} takes it. */
  public String octalMode() {
    return Integer.toOctalString(mode);
  }

  public String owner() {
    return uid + ":" + gid;
  }
}
