package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.UUID;
import java.util.function.Consumer;

/** A blob that is being written. Closing it deletes the file unless it was committed. */
public final class BlobSink extends DigestOutputStream {

  private final BlobDirectories directories;
  private final Consumer<Digest> published;
  private final HeldDirectory parts;
  private final Path file;
  private final String name;
  private final SeekableByteChannel channel;
  private long size;
  private boolean open = true;

  private BlobSink(
      BlobDirectories directories,
      Consumer<Digest> published,
      HeldDirectory parts,
      Path file,
      SeekableByteChannel channel) {
    super(Channels.newOutputStream(channel), Digest.newSha256());
    this.directories = directories;
    this.published = published;
    this.parts = parts;
    this.file = file;
    this.name = String.valueOf(file.getFileName());
    this.channel = channel;
  }

  /**
   * Starts a blob.
   *
   * @param published receives the digest after the blob has its name
   */
  static BlobSink in(BlobDirectories directories, Consumer<Digest> published) throws IOException {
    for (int attempt = 0; ; attempt++) {
      HeldDirectory parts = directories.madeParts();
      String name = UUID.randomUUID() + BlobDirectories.PART;
      Path file = directories.part(name);
      try {
        TemporaryFiles.added(file);
        return new BlobSink(
            directories, published, parts, file, parts.create(name, directories.access()));
      } catch (NoSuchFileException tidied) {
        // Another process removed the empty directory between the two steps.
        TemporaryFiles.forget(file);
        parts.close();
        if (attempt == 100) {
          throw tidied;
        }
      } catch (IOException | RuntimeException e) {
        TemporaryFiles.forget(file);
        parts.close();
        throw e;
      }
    }
  }

  @Override
  public void write(int b) throws IOException {
    size++;
    super.write(b);
  }

  @Override
  public void write(byte[] bytes, int start, int length) throws IOException {
    size += length;
    super.write(bytes, start, length);
  }

  /**
   * Returns the blob's content as a stream that can be closed: closing the sink itself before the
   * commit would delete the blob.
   */
  public OutputStream content() {
    return new FilterOutputStream(this) {
      @Override
      public void write(byte[] bytes, int start, int length) throws IOException {
        out.write(bytes, start, length);
      }

      @Override
      public void close() throws IOException {
        out.flush();
      }
    };
  }

  /** Returns the number of bytes written so far. */
  public long size() {
    return size;
  }

  /** Publishes the blob under the digest of its content. */
  public Digest commit() throws IOException {
    Digest actual = finish();
    publish(actual);
    return actual;
  }

  /**
   * Publishes the blob.
   *
   * @throws VerificationException if the content has another digest; nothing is kept then
   */
  public void commit(Digest expected) throws IOException {
    Digest actual = finish();
    if (!actual.equals(expected)) {
      close();
      throw new VerificationException(
          "Received content with the digest "
              + actual
              + " instead of "
              + expected
              + ". Try again, or use another source.");
    }
    publish(actual);
  }

  /** Ends the writing and returns the digest. */
  Digest finish() throws IOException {
    // Without this, the rename may reach the disk before the bytes, and a power cut would leave a
    // wrong blob under the name.
    if (channel instanceof FileChannel file) {
      file.force(false);
    }
    out.close();
    return Digest.from(getMessageDigest().digest());
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      try (parts) {
        out.close();
        parts.delete(name);
      } finally {
        TemporaryFiles.forget(file);
      }
    }
  }

  /** Renames the finished file to the blob's name. */
  void publish(Digest digest) throws IOException {
    try (HeldDirectory blobs = directories.made()) {
      moveTo(blobs, digest.hex());
    }
    published.accept(digest);
  }

  /** Renames the finished file to a name other than a blob's, in the top directory. */
  void publishBeside(String newName) throws IOException {
    try (HeldDirectory top = directories.top()) {
      moveTo(top, newName);
    }
  }

  private void moveTo(HeldDirectory target, String newName) throws IOException {
    parts.move(name, target, newName);
    TemporaryFiles.forget(file);
    open = false;
    parts.close();
  }
}
