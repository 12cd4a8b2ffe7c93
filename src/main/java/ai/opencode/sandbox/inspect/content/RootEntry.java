package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.evidence.GoBuild;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A path of an image's file system.
 *
 * @param path the path without leading or trailing slash; empty for the root directory
 * @param target the text of a symbolic link
 * @param layer the number of the layer that contains the entry
 * @param inode the properties that the entry shares with other names of the same file
 */
public record RootEntry(
    String path,
    Kind kind,
    Rights rights,
    @Nullable String target,
    FileFacts file,
    int layer,
    Inode inode) {

  private static final Rights USUAL = new Rights(Access.ofRoot(0755), Map.of());

  /**
   * The attributes that control access to a file.
   *
   * @param extended the extended attributes that images keep, by name; one character of a value is
   *     one byte
   */
  public record Rights(Access access, Map<String, String> extended) {}

  /**
   * The known facts about a file's content.
   *
   * @param size the size in bytes; 0 for other entries than files, and for a second name of a file
   * @param sha1 the SHA-1 of the content, in hex
   * @param elf the header of an ELF file; null for other files, and for an unreadable one
   * @param go what a program made with Go says about its making; null for other files
   * @param script the interpreter of a file that starts with {@code #!}, without arguments; for
   *     {@code env}, with the name of the program to run
   * @param bytes the content of the few files that checks read
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record FileFacts(
      long size,
      @Nullable String sha1,
      @Nullable ElfHeader elf,
      @Nullable GoBuild go,
      @Nullable String script,
      byte @Nullable [] bytes) {

    static final FileFacts NONE = new FileFacts(0, null, null, null, null, null);

    private FileFacts withoutSize() {
      return new FileFacts(0, sha1, elf, go, script, bytes);
    }
  }

  /**
   * The properties that all names of a file share.
   *
   * @param first the first of the file's names in the layer
   * @param bytes the content
   * @param sha256 the SHA-256 of the content, in hex; null if it was not computed
   * @param block whether the device is a block device
   * @param major the major number of a device
   * @param minor the minor number of a device
   */
  public record Inode(
      String first, long bytes, @Nullable String sha256, boolean block, long major, long minor) {

    static Inode of(String path) {
      return new Inode(path, 0, null, false, 0, 0);
    }
  }

  /** The kind of file at a path. */
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

  /**
   * Returns a directory that no layer lists and that engines create because it contains an entry.
   */
  static RootEntry impliedDirectory(String path, int layer) {
    return new RootEntry(path, Kind.DIRECTORY, USUAL, null, FileFacts.NONE, layer, Inode.of(path));
  }

  /**
   * Returns the same file under another name, with the attributes that the second name gave to
   * both. A second name takes no bytes.
   */
  RootEntry linked(String newPath, RootEntry attributes) {
    return new RootEntry(
        newPath,
        kind,
        new Rights(attributes.rights.access(), extended()),
        target,
        newPath.equals(path) ? file : file.withoutSize(),
        layer,
        inode);
  }

  /** Returns the permission bits with setuid, setgid and sticky. */
  public int mode() {
    return rights.access().mode();
  }

  public long uid() {
    return rights.access().uid();
  }

  public long gid() {
    return rights.access().gid();
  }

  /** Returns the attributes that images keep, by name. */
  public Map<String, String> extended() {
    return rights.extended();
  }

  public long size() {
    return file.size();
  }

  public @Nullable String sha1() {
    return file.sha1();
  }

  public @Nullable ElfHeader elf() {
    return file.elf();
  }

  public @Nullable GoBuild go() {
    return file.go();
  }

  public @Nullable String script() {
    return file.script();
  }

  /** Returns the content; null if it was not kept. */
  public byte @Nullable [] content() {
    return file.bytes();
  }

  /** Returns whether it has file capabilities, which are as powerful as setuid. */
  public boolean capabilities() {
    return extended().containsKey(FileAttributes.CAPABILITY);
  }

  /**
   * Returns whether it has the attributes that engines give to a directory that a layer uses
   * without listing it.
   */
  boolean isUsualDirectory() {
    return isDirectory() && rights.equals(USUAL);
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

  /** Returns whether every user can execute it. */
  public boolean isProgram() {
    return isFile() && (mode() & 1) != 0;
  }

  /** Returns the content as text; empty if it was not kept. */
  public String text() {
    byte[] bytes = file.bytes();
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** Returns the mode in the form of {@code chmod}'s argument. */
  public String octalMode() {
    return Integer.toOctalString(mode());
  }

  public String owner() {
    return uid() + ":" + gid();
  }
}
