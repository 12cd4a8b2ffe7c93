package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.DamagedFileException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An open blob. All reads use the same file, even if another file takes its name meanwhile. The
 * bytes are hashed while they are read, and the last ones are returned only if the digest is right:
 * a reader that reaches the end has the right content.
 */
public final class BlobContent implements Closeable {

  private final Path file;
  private final FileChannel channel;
  private final Digest digest;
  private final long size;
  private final @Nullable HashRecords records;

  BlobContent(
      Path file, FileChannel channel, Digest digest, long size, @Nullable HashRecords records) {
    this.file = file;
    this.channel = channel;
    this.digest = digest;
    this.size = size;
    this.records = records;
  }

  /**
   * Verifies the content before any of it is used; reads the file unless a record shows that this
   * very file was verified.
   *
   * @throws DamagedFileException if the content does not match the digest
   */
  public void verify() throws IOException {
    Optional<FileStamp> stamp = records == null ? Optional.empty() : FileStamp.of(file);
    if (stamp.isEmpty()
        || stamp.get().size() != size
        || records == null
        || !records.holds(digest, stamp.get())) {
      try (InputStream in = stream()) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  /** Returns the size in bytes at the time of opening. */
  public long size() {
    return size;
  }

  /**
   * Reads the blob from its beginning; closing the stream leaves the blob open.
   *
   * @throws DamagedFileException from the stream, before its last byte, if the content does not
   *     match the digest or the size
   */
  public InputStream stream() throws IOException {
    Hashed stream = new Hashed();
    if (size == 0) {
      stream.conclude();
    }
    return stream;
  }

  /**
   * Copies the blob.
   *
   * @param sink the sink that computes the digest of the copied bytes, so that they are hashed once
   * @throws DamagedFileException if the content does not match the digest; nothing is published
   *     then
   */
  void copyTo(BlobSink sink) throws IOException {
    Reading reading = new Reading();
    byte[] buffer = new byte[1 << 16];
    while (sink.size() < size) {
      int wanted = (int) Math.min(buffer.length, size - sink.size());
      int read = channel.read(ByteBuffer.wrap(buffer, 0, wanted), sink.size());
      if (read < 0) {
        throw new DamagedFileException(file);
      }
      sink.write(buffer, 0, read);
    }
    Digest written = sink.finish();
    reading.conclude(written);
    sink.publish(written);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** One reading of the whole file, with the file's stamp from before it. */
  private final class Reading {

    private final Instant begun;
    private final Optional<FileStamp> before;

    Reading() throws IOException {
      if (records != null) {
        // A modified page in memory gets no new timestamp from its next modification until it is
        // written to disk.
        channel.force(false);
      }
      begun = Instant.now();
      before = records == null ? Optional.empty() : FileStamp.of(file);
    }

    void conclude(Digest actual) throws IOException {
      boolean longer = channel.read(ByteBuffer.allocate(1), size) > 0;
      if (longer || !actual.equals(digest)) {
        throw new DamagedFileException(file);
      }
      // A change within the clock tick of the file's last change would not alter its stamp.
      if (records != null
          && before.isPresent()
          && before.get().size() == size
          && before.get().isSettled(begun)
          && FileStamp.of(file).equals(before)) {
        records.keep(digest, before.get());
      }
    }
  }

  private final class Hashed extends BulkInputStream {

    private final MessageDigest sha256 = Digest.newSha256();
    private final Reading reading = new Reading();
    private long count;

    Hashed() throws IOException {}

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (count == size) {
        return -1;
      }
      int wanted = (int) Math.min(length, size - count);
      int read = channel.read(ByteBuffer.wrap(bytes, start, wanted), count);
      if (read < 0) {
        throw new DamagedFileException(file);
      }
      sha256.update(bytes, start, read);
      count += read;
      if (count == size) {
        conclude();
      }
      return read;
    }

    private void conclude() throws IOException {
      reading.conclude(Digest.from(sha256.digest()));
    }
  }
}
