package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A buffer for one ELF file of a stream. The loader's data may be anywhere in the file, and one
 * part contains the place of the next, so that it needs random access. Small files are in memory,
 * large ones on disk.
 */
final class ElfSpool implements Closeable {

  private static final int IN_MEMORY = 4 << 20;
  static final long MAX_BYTES = 512L << 20;

  private final Path work;
  private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private @Nullable Path file;
  private @Nullable FileChannel channel;
  private long size;

  ElfSpool(Path work) {
    this.work = work;
  }

  void start() throws IOException {
    memory.reset();
    if (channel != null) {
      channel.truncate(0);
    }
    size = 0;
  }

  void write(byte[] bytes, int length) throws IOException {
    size += length;
    if (size > MAX_BYTES) {
      return;
    }
    if (memory.size() + length > IN_MEMORY || (channel != null && channel.size() > 0)) {
      FileChannel out = channel();
      if (memory.size() > 0) {
        writeFully(out, ByteBuffer.wrap(memory.toByteArray()));
        memory.reset();
      }
      writeFully(out, ByteBuffer.wrap(bytes, 0, length));
    } else {
      memory.write(bytes, 0, length);
    }
  }

  /**
   * Parses the buffered file.
   *
   * @throws VerificationException if the file is malformed or too large
   */
  ElfHeader header() throws IOException {
    if (size > MAX_BYTES) {
      throw new VerificationException(
          "it has " + size + " bytes, but at most " + MAX_BYTES + " are examined");
    }
    if (memory.size() > 0) {
      return ElfHeader.parse(ByteBuffer.wrap(memory.toByteArray()));
    }
    return ElfHeader.parse(channel().map(FileChannel.MapMode.READ_ONLY, 0, size));
  }

  private FileChannel channel() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      Path made = Files.createTempFile(work, "elf", "");
      file = made;
      open = FileChannel.open(made, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel = open;
    }
    return open;
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}
