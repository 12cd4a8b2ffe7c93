package ai.opencode.sandbox.archive;

/**
 * One entry of a tar archive. A path is relative to the archive's root and has no leading {@code
 * ./} or {@code /} and no trailing {@code /}.
 */
public sealed interface TarEntry {

  String path();

  Attributes attributes();

  /** Returns the same entry with other attributes. */
  TarEntry withAttributes(Attributes attributes);

  /**
   * A regular file; its content follows in the stream.
   *
   * @param size the size of the content in bytes
   */
  record File(String path, Attributes attributes, long size) implements TarEntry {
    @Override
    public File withAttributes(Attributes newAttributes) {
      return new File(path, newAttributes, size);
    }
  }

  record Directory(String path, Attributes attributes) implements TarEntry {
    @Override
    public Directory withAttributes(Attributes newAttributes) {
      return new Directory(path, newAttributes);
    }
  }

  /**
   * A symbolic link.
   *
   * @param target the link's text, unchanged
   */
  record SymbolicLink(String path, Attributes attributes, String target) implements TarEntry {
    @Override
    public SymbolicLink withAttributes(Attributes newAttributes) {
      return new SymbolicLink(path, newAttributes, target);
    }
  }

  /**
   * A second name of an earlier file.
   *
   * @param target the path of that file in the same archive, in the form of {@link #path}
   */
  record HardLink(String path, Attributes attributes, String target) implements TarEntry {
    @Override
    public HardLink withAttributes(Attributes newAttributes) {
      return new HardLink(path, newAttributes, target);
    }
  }

  /** A character or block device. */
  record Device(String path, Attributes attributes, boolean block, long major, long minor)
      implements TarEntry {
    @Override
    public Device withAttributes(Attributes newAttributes) {
      return new Device(path, newAttributes, block, major, minor);
    }
  }

  record Fifo(String path, Attributes attributes) implements TarEntry {
    @Override
    public Fifo withAttributes(Attributes newAttributes) {
      return new Fifo(path, newAttributes);
    }
  }
}
