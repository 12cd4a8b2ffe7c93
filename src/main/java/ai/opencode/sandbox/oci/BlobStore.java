package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Content-addressed files in the form of an OCI layout's {@code blobs} folder. A blob appears under
 * its name complete or not at all: it is written under a temporary name in a folder beside and
 * renamed, so that a killed writer leaves nothing that could be mistaken for content, and several
 * writers of one blob do not disturb each other.
 */
public final class BlobStore {

  private static final String PART = ".part";

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
      throw missing(digest, e);
    }
    if (bytes.length > Json.MAX_BYTES || !Digest.sha256(bytes).equals(digest)) {
      throw new DamagedFileException(path(digest));
    }
    return bytes;
  }

  /** Checks a blob's content against its digest. */
  public void verify(Digest digest) throws IOException {
    if (!Digest.sha256(path(digest)).equals(digest)) {
      throw new DamagedFileException(path(digest));
    }
  }

  /** Stores bytes and describes them; a damaged file of that name is replaced. */
  public Descriptor put(String mediaType, byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    if (!holds(digest, content)) {
      try (Sink sink = create()) {
        sink.write(content);
        sink.commit(digest);
      }
    }
    return Descriptor.of(mediaType, digest, content.length);
  }

  private boolean holds(Digest digest, byte[] content) throws IOException {
    return contains(digest)
        && Files.size(path(digest)) == content.length
        && Arrays.equals(Files.readAllBytes(path(digest)), content);
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

  /**
   * Stores what a stream brings.
   *
   * @return the bytes read
   * @throws VerificationException where it brings other content or more than {@code maxBytes};
   *     nothing is kept then
   */
  public long put(InputStream content, Digest expected, long maxBytes) throws IOException {
    try (Sink sink = create()) {
      byte[] buffer = new byte[1 << 16];
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        if (sink.size() + read > maxBytes) {
          throw new VerificationException(
              "The content that should be " + expected + " has more than " + maxBytes + " bytes");
        }
        sink.write(buffer, 0, read);
      }
      sink.commit(expected);
      return sink.size();
    }
  }

  /**
   * A blob's size in bytes.
   *
   * @throws VerificationException where it is missing
   */
  public long size(Digest digest) throws IOException {
    try {
      return Files.size(path(digest));
    } catch (NoSuchFileException e) {
      throw missing(digest, e);
    }
  }

  /**
   * A blob's bytes as they are on disk; who depends on them checks them.
   *
   * @throws VerificationException where it is missing
   */
  public InputStream open(Digest digest) throws IOException {
    try {
      return Files.newInputStream(path(digest));
    } catch (NoSuchFileException e) {
      throw missing(digest, e);
    }
  }

  private VerificationException missing(Digest digest, NoSuchFileException cause) {
    return new VerificationException("The blob " + digest + " is missing from " + folder, cause);
  }

  /** Starts a blob whose digest is not known yet. */
  public Sink create() throws IOException {
    for (int attempt = 0; ; attempt++) {
      Files.createDirectories(temporary);
      // Not createTempFile: that makes files which only their owner may read, and a layout is for
      // others too.
      Path file = TemporaryFiles.added(temporary.resolve(UUID.randomUUID() + PART));
      try {
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        return new Sink(file, Digest.newSha256(), out);
      } catch (NoSuchFileException tidied) {
        // Another process removed the empty folder between our two steps.
        TemporaryFiles.forget(file);
        if (attempt == 100) {
          throw tidied;
        }
      }
    }
  }

  /** Removes what killed writers left behind; a writer at work touches its file more often. */
  void tidy(Instant untouchedSince) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(temporary, "*" + PART)) {
      for (Path part : parts) {
        if (Files.getLastModifiedTime(part).toInstant().isBefore(untouchedSince)) {
          Files.deleteIfExists(part);
        }
      }
      Files.deleteIfExists(temporary);
    } catch (NoSuchFileException | DirectoryNotEmptyException nothingToDo) {
      return;
    }
  }

  /** The digests of all blobs, in no order; files with other names are no blobs. */
  List<Digest> list() throws IOException {
    List<Digest> digests = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String text = "sha256:" + file.getFileName();
        if (Digest.isDigest(text)) {
          digests.add(Digest.of(text));
        }
      }
    } catch (NoSuchFileException empty) {
      return List.of();
    }
    return digests;
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
      Digest actual = Digest.from(getMessageDigest().digest());
      if (!actual.equals(expected)) {
        close();
        throw new VerificationException(
            "Expected content with the digest " + expected + ", received " + actual);
      }
      publish(actual);
    }

    @Override
    public void close() throws IOException {
      if (open) {
        open = false;
        try {
          out.close();
        } finally {
          Files.deleteIfExists(file);
          TemporaryFiles.forget(file);
        }
      }
    }

    private void publish(Digest digest) throws IOException {
      Files.createDirectories(folder);
      // A rename may reach the disk before the bytes do; after a power cut the name must not lie.
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(false);
      }
      Files.move(file, path(digest), StandardCopyOption.ATOMIC_MOVE);
      TemporaryFiles.forget(file);
      open = false;
    }
  }
}
