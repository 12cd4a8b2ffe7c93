package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Content-addressed files in the form of an OCI layout's {@code blobs} folder. A blob appears under
 * its name complete or not at all: it is written under a temporary name in a folder beside and
 * renamed, so that a killed writer leaves nothing that could be mistaken for content, and several
 * writers of one blob do not disturb each other. Others may write the folder too: a blob is a
 * regular file, and nothing is looked for, written or removed through a link.
 */
public final class BlobStore {

  private static final String PART = ".part";

  private final Path root;
  private final Path folder;
  private final Access access;
  private final @Nullable HashRecords records;
  private final Set<Digest> fresh = new LinkedHashSet<>();
  private final Map<Digest, FileStamp> verified = new ConcurrentHashMap<>();

  /**
   * A store that others may read.
   *
   * @param root the folder that holds {@code blobs/sha256}; made when the first blob is written
   */
  public BlobStore(Path root) {
    this(root, Access.USUAL, null);
  }

  /**
   * @param access who may read what is written here
   * @param records of what need not be hashed again; null for none
   */
  public BlobStore(Path root, Access access, @Nullable HashRecords records) {
    this.root = root;
    this.folder = root.resolve("blobs").resolve("sha256");
    this.access = access;
    this.records = records;
  }

  /** Whether there is a regular file of that name. */
  public boolean contains(Digest digest) {
    return isPlain() && Files.isRegularFile(path(digest), LinkOption.NOFOLLOW_LINKS);
  }

  /** Others may have put a link in the place of a folder. */
  private boolean isPlain() {
    return access == Access.OWNER
        || (Files.isDirectory(root.resolve("blobs"), LinkOption.NOFOLLOW_LINKS)
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS));
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
    try (InputStream in = open(digest)) {
      bytes = in.readNBytes(Json.MAX_BYTES + 1);
    }
    if (bytes.length > Json.MAX_BYTES || !Digest.sha256(bytes).equals(digest)) {
      throw new DamagedFileException(path(digest));
    }
    return bytes;
  }

  /**
   * Checks a blob's content against its digest; reads it unless it is known to be unchanged since
   * it was read.
   */
  public void verify(Digest digest) throws IOException {
    if (access == Access.OWNER && FileStamp.isShared(path(digest))) {
      makeOwn(digest);
      return;
    }
    if (isRecorded(digest, size(digest))) {
      return;
    }
    try (BlobContent content = content(digest)) {
      content.verify();
    }
  }

  /**
   * Checks a blob before it is given away: once for each file that takes its place, in the lifetime
   * of this store.
   *
   * @throws DamagedFileException where its content is other than its name says
   */
  public void verifyOnce(Digest digest) throws IOException {
    FileStamp stamp = FileStamp.of(path(digest)).orElse(null);
    if (stamp == null || !stamp.equals(verified.get(digest))) {
      verify(digest);
      if (stamp != null && stamp.isSettled(Instant.now())) {
        verified.put(digest, stamp);
      }
    }
  }

  private boolean isRecorded(Digest digest, long size) throws IOException {
    Optional<FileStamp> stamp = records == null ? Optional.empty() : FileStamp.of(path(digest));
    return records != null
        && stamp.isPresent()
        && stamp.get().size() == size
        && records.holds(digest, stamp.get());
  }

  /** Earlier versions gave blobs further names, in folders that others write. */
  private void makeOwn(Digest digest) throws IOException {
    try (BlobContent content = content(digest);
        Sink sink = create()) {
      content.copyTo(sink);
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

  /** Writes a document that is no blob into the folder that holds the blobs' one, in one step. */
  void putBeside(String name, byte[] content) throws IOException {
    try (Sink sink = create()) {
      sink.write(content);
      sink.finish();
      try (HeldDirectory top = HeldDirectory.open(root)) {
        sink.moveTo(top, name);
      }
    }
  }

  private boolean holds(Digest digest, byte[] content) throws IOException {
    if (!contains(digest) || size(digest) != content.length) {
      return false;
    }
    try (InputStream in = open(digest)) {
      return Arrays.equals(in.readNBytes(content.length + 1), content);
    }
  }

  /**
   * Brings a blob over from another store, as a file of its own, checked on the way. One that is
   * here already stays where it is the right one.
   *
   * @throws VerificationException where the other store's file is not what its name says
   */
  public void importFrom(BlobStore other, Digest digest) throws IOException {
    if (other.folder.equals(folder)) {
      return;
    }
    if (!other.contains(digest)) {
      throw new VerificationException("The blob " + digest + " is missing from " + other.folder);
    }
    if (isRight(digest, other.size(digest))) {
      return;
    }
    if (other.access == Access.OWNER && FileStamp.isShared(other.path(digest))) {
      other.makeOwn(digest);
    }
    try (BlobContent content = other.content(digest);
        Sink sink = create()) {
      content.copyTo(sink);
    }
  }

  private boolean isRight(Digest digest, long size) throws IOException {
    if (!contains(digest) || FileStamp.isShared(path(digest)) || size(digest) != size) {
      return false;
    }
    if (isRecorded(digest, size)) {
      return true;
    }
    try (BlobContent content = content(digest, size)) {
      content.verify();
      return true;
    } catch (DamagedFileException e) {
      return false;
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
   * @throws VerificationException where it is missing, or no regular file
   */
  public long size(Digest digest) throws IOException {
    if (!isPlain()) {
      // Says which it is.
      channel(digest).close();
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path(digest), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      RegularFile.require(path(digest), attributes);
      return attributes.size();
    } catch (NoSuchFileException e) {
      throw missing(digest, e);
    }
  }

  /**
   * A blob's bytes as they are on disk; who depends on them checks them.
   *
   * @throws VerificationException where it is missing, or no regular file
   */
  public InputStream open(Digest digest) throws IOException {
    return Channels.newInputStream(channel(digest));
  }

  /**
   * Opens a blob whose bytes are checked while they are read.
   *
   * @throws VerificationException where it is missing, or no regular file
   */
  public BlobContent content(Descriptor blob) throws IOException {
    return content(blob.digest(), blob.size());
  }

  /** The same, of the size that it has. */
  public BlobContent content(Digest digest) throws IOException {
    return content(digest, size(digest));
  }

  private BlobContent content(Digest digest, long size) throws IOException {
    return new BlobContent(path(digest), channel(digest), digest, size, records);
  }

  private FileChannel channel(Digest digest) throws IOException {
    try (HeldDirectory held = held()) {
      return held.read(digest.hex());
    } catch (NoSuchFileException e) {
      throw missing(digest, e);
    }
  }

  /** The folder of the blobs, where it is there. */
  private HeldDirectory held() throws IOException {
    try (HeldDirectory top = HeldDirectory.open(root);
        HeldDirectory blobs = top.in("blobs")) {
      return blobs.in("sha256");
    }
  }

  /** The folder of the blobs, or that for parts. */
  private HeldDirectory made(boolean parts) throws IOException {
    access.createDirectories(root);
    try (HeldDirectory top = HeldDirectory.open(root)) {
      if (parts) {
        return top.made("tmp", access);
      }
      try (HeldDirectory blobs = top.made("blobs", access)) {
        return blobs.made("sha256", access);
      }
    }
  }

  private VerificationException missing(Digest digest, NoSuchFileException cause) {
    return new VerificationException("The blob " + digest + " is missing from " + folder, cause);
  }

  /** Starts a blob whose digest is not known yet. */
  public Sink create() throws IOException {
    for (int attempt = 0; ; attempt++) {
      HeldDirectory parts = made(true);
      String name = UUID.randomUUID() + PART;
      Path file = root.resolve("tmp").resolve(name);
      try {
        TemporaryFiles.added(file);
        return new Sink(parts, file, parts.create(name, access));
      } catch (NoSuchFileException tidied) {
        // Another process removed the empty folder between our two steps.
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

  /** Removes what killed writers left behind; a writer at work touches its file more often. */
  void tidy(Instant untouchedSince) throws IOException {
    try (HeldDirectory top = HeldDirectory.open(root);
        HeldDirectory parts = top.in("tmp")) {
      for (String name : parts.names()) {
        if (name.endsWith(PART) && isOlder(parts, name, untouchedSince)) {
          parts.delete(name);
        }
      }
      top.deleteDirectory("tmp");
    } catch (NoSuchFileException | DirectoryNotEmptyException nothingToDo) {
      return;
    }
  }

  private static boolean isOlder(HeldDirectory parts, String name, Instant instant)
      throws IOException {
    try {
      return parts.attributes(name).lastModifiedTime().toInstant().isBefore(instant);
    } catch (NoSuchFileException finished) {
      return false;
    }
  }

  /** Removes all blobs but these; files with other names are no blobs. */
  void retain(Set<Digest> kept) throws IOException {
    try (HeldDirectory blobs = held()) {
      for (Digest digest : digests(blobs)) {
        if (!kept.contains(digest)) {
          blobs.delete(digest.hex());
          if (records != null) {
            records.forget(digest);
          }
        }
      }
    } catch (NoSuchFileException empty) {
      return;
    }
  }

  /** The digests of all blobs, in no order; files with other names are no blobs. */
  List<Digest> list() throws IOException {
    try (HeldDirectory blobs = held()) {
      return digests(blobs);
    } catch (NoSuchFileException empty) {
      return List.of();
    }
  }

  private static List<Digest> digests(HeldDirectory blobs) throws IOException {
    return blobs.names().stream()
        .map(name -> "sha256:" + name)
        .filter(Digest::isDigest)
        .map(Digest::of)
        .toList();
  }

  /**
   * Reads what was written here since the last time, and records that it is right: others may have
   * changed it while it was written, or so soon afterwards that its time does not show it.
   *
   * @throws DamagedFileException where it is not
   */
  void settle() throws IOException {
    if (records == null) {
      return;
    }
    Set<Digest> written;
    synchronized (fresh) {
      written = new LinkedHashSet<>(fresh);
      fresh.clear();
    }
    for (Digest digest : written) {
      if (FileStamp.of(path(digest)).filter(FileStamp::awaitSettled).isPresent()) {
        verify(digest);
      }
    }
  }

  /** A blob in the making: gone when closed, unless committed before. */
  public final class Sink extends DigestOutputStream {

    private final HeldDirectory parts;
    private final Path file;
    private final String name;
    private final SeekableByteChannel channel;
    private long size;
    private boolean open = true;

    private Sink(HeldDirectory parts, Path file, SeekableByteChannel channel) {
      super(Channels.newOutputStream(channel), Digest.newSha256());
      this.parts = parts;
      this.file = file;
      this.name = String.valueOf(file.getFileName());
      this.channel = channel;
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
      Digest actual = finish();
      publish(actual);
      return actual;
    }

    /**
     * Publishes the blob.
     *
     * @throws VerificationException where something else was written; nothing is kept then
     */
    public void commit(Digest expected) throws IOException {
      Digest actual = finish();
      if (!actual.equals(expected)) {
        close();
        throw new VerificationException(
            "Expected content with the digest " + expected + ", received " + actual);
      }
      publish(actual);
    }

    /** Ends the writing. */
    Digest finish() throws IOException {
      // A rename may reach the disk before the bytes do; after a power cut the name must not lie.
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

    /** Gives a finished blob its name. */
    void publish(Digest digest) throws IOException {
      try (HeldDirectory blobs = made(false)) {
        moveTo(blobs, digest.hex());
      }
      if (records != null && access != Access.OWNER) {
        synchronized (fresh) {
          fresh.add(digest);
        }
      }
    }

    private void moveTo(HeldDirectory target, String newName) throws IOException {
      parts.move(name, target, newName);
      TemporaryFiles.forget(file);
      open = false;
      parts.close();
    }
  }
}
