package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.apk.Checksum;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file that arrives as a stream and is read twice: its checksum precedes it in a
 * package, and its ELF headers may be anywhere in it. Small content is in memory, other content in
 * a temporary file.
 */
final class SpooledContent implements Closeable {

  private static final int IN_MEMORY = 1 << 20;

  private final byte @Nullable [] bytes;
  private final @Nullable Path file;
  private final String sha1;
  private final ByteBuffer buffer;

  private SpooledContent(
      byte @Nullable [] bytes, @Nullable Path file, String sha1, ByteBuffer buffer) {
    this.bytes = bytes;
    this.file = file;
    this.sha1 = sha1;
    this.buffer = buffer;
  }

  /**
   * Reads content of a known size.
   *
   * @param in the content, which must have {@code size} bytes and is not closed
   */
  static SpooledContent read(InputStream in, long size, Path temporaryDirectory)
      throws IOException {
    DigestInputStream hashed = new DigestInputStream(in, Checksum.newSha1());
    if (size <= IN_MEMORY) {
      byte[] bytes = hashed.readNBytes((int) size);
      if (bytes.length < size) {
        throw new EOFException("content ended after " + bytes.length + " of " + size + " bytes");
      }
      return new SpooledContent(bytes, null, sha1(hashed), ByteBuffer.wrap(bytes));
    }
    Path file = Files.createTempFile(temporaryDirectory, "content", ".part");
    try (OutputStream out = Files.newOutputStream(file)) {
      if (hashed.transferTo(out) != size) {
        throw new EOFException("content is not " + size + " bytes long");
      }
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      return new SpooledContent(null, file, sha1(hashed), mapped);
    }
  }

  private static String sha1(DigestInputStream hashed) {
    return HexFormat.of().formatHex(hashed.getMessageDigest().digest());
  }

  /** Returns the SHA-1 as hex. */
  String sha1() {
    return sha1;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  InputStream open() throws IOException {
    if (bytes != null) {
      return new ByteArrayInputStream(bytes);
    }
    return file == null ? InputStream.nullInputStream() : Files.newInputStream(file);
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }
}
