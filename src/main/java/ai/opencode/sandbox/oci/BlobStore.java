package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/**
 * Content-addressed files in the form of an OCI layout's {@code blobs} folder. A blob appears under
 * its name complete or not at all: it is written under a temporary name in a folder beside and
 * renamed, so that a killed writer leaves nothing that could be mistaken for content, and several
 * writers of one blob do not disturb each other.
 */
public final class BlobStore {

  private final Path folder;
  private final Path temporary;

  /**
   * @param root the folder that holds {@code blobs/sha256}; made when the first blob is written
   */
  public BlobStore(Path root) {
    this.folder = root.resolve("blobs").resolve("sha256");
    this.temporary = root.resolve("tmp");
  }

  public boolean contains(Digest digest) {
    return Files.exists(path(digest));
  }

  /** Where a blob is or would be; the file must not be changed. */
  public Path path(Digest digest) {
    return folder.resolve(digest.hex());
  }

  /**
   * Reads a small blob (manifest, configuration) and checks it against its digest.
   *
   * @throws VerificationException where it is missing, larger than 4 MiB or other content than its
   *     name says
   */
  public byte[] read(Digest digest) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path(digest))) {
      bytes = in.readNBytes(Json.MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new VerificationException("The blob " + digest + " is missing from " + folder, e);
    }
    if (bytes.length > Json.MAX_BYTES || !Digest.sha256(bytes).equals(digest)) {
      throw new VerificationException(
          "The file " + path(digest) + " is not what its name says; delete it and build again");
    }
    return bytes;
  }

  /** Checks a blob's content against its digest. */
  public void verify(Digest digest) throws IOException {
    if (!Digest.sha256(path(digest)).equals(digest)) {
      throw new VerificationException(
          "The file " + path(digest) + " is not what its name says; delete it and build again");
    }
  }

  /** Stores bytes and describes them. */
  public Descriptor put(String mediaType, byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    if (!contains(digest)) {
      try (Sink sink = create()) {
        sink.write(content);
        sink.commit(digest);
      }
    }
    return Descriptor.of(mediaType, digest, content.length);
  }

  /**
   * Brings a blob over from another store, checked on the way.
   *
   * @throws VerificationException where the other store's file is not what its name says
   */
  public void importFrom(BlobStore other, Digest digest) throws IOException {
    if (contains(digest)) {
      return;
    }
    Path source = other.path(digest);
    if (!Files.exists(source)) {
      throw new VerificationException("The blob " + digest + " is missing from " + other.folder);
    }
    other.verify(digest);
    Files.createDirectories(folder);
    try {
      Files.createLink(path(digest), source);
    } catch (FileAlreadyExistsException raced) {
      return;
    } catch (IOException | UnsupportedOperationException otherFileSystem) {
      try (Sink sink = create()) {
        Files.copy(source, sink);
        sink.commit(digest);
      }
    }
  }

  /** Starts a blob whose digest is not known yet. */
  public Sink create() throws IOException {
    Files.createDirectories(temporary);
    Path file = Files.createTempFile(temporary, "blob", ".part");
    return new Sink(file, Digest.newSha256(), Files.newOutputStream(file));
  }

  /** A blob in the making: gone when closed, unless committed before. */
  public final class Sink extends DigestOutputStream {

    private final Path file;
    private long size;
    private boolean open = true;

    private Sink(Path file, MessageDigest digest, OutputStream out) {
      super(out, digest);
      this.file = file;
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

    /** Bytes written so far. */
    public long size() {
      return size;
    }

    /** Publishes the blob under the digest of what was written. */
    public Digest commit() throws IOException {
      out.close();
      open = false;
      Digest actual = Digest.from(getMessageDigest().digest());
      publish(actual);
      return actual;
    }

    /**
     * Publishes the blob.
     *
     * @throws VerificationException where something else was written; nothing is kept then
     */
    public void commit(Digest expected) throws IOException {
      out.close();
      open = false;
      Digest actual = Digest.from(getMessageDigest().digest());
      if (!actual.equals(expected)) {
        Files.deleteIfExists(file);
        throw new VerificationException(
            "Expected content with the digest " + expected + ", received " + actual);
      }
      publish(actual);
    }

    @Override
    public void close() throws IOException {
      if (open) {
        open = false;
        out.close();
        Files.deleteIfExists(file);
      }
    }

    private void publish(Digest digest) throws IOException {
      Files.createDirectories(folder);
      // A rename may reach the disk before the bytes do; after a power cut the name must not lie.
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(false);
      }
      Files.move(file, path(digest), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
