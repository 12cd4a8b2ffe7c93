package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file in a definition: bytes, or a file of this machine. Of a file, size and
 * digest are taken once, when the definition is made. A build that writes the content compares
 * both, so an image never has another content than its definition. Contents are equal if their
 * bytes are, wherever they are from.
 */
@Api
public final class FileContent {

  private static final long MAX_BYTES = 4L << 30;

  private final Digest digest;
  private final long size;
  private final byte @Nullable [] bytes;
  private final @Nullable Path source;

  private FileContent(Digest digest, long size, byte @Nullable [] bytes, @Nullable Path source) {
    this.digest = digest;
    this.size = size;
    this.bytes = bytes;
    this.source = source;
  }

  /** Returns a text, as UTF-8. */
  public static FileContent of(String text) {
    return held(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a copy of some bytes. */
  public static FileContent of(byte[] bytes) {
    return held(bytes.clone());
  }

  private static FileContent held(byte[] bytes) {
    return new FileContent(Digest.sha256(bytes), bytes.length, bytes, null);
  }

  /**
   * Returns the content of a file, which is read now and again by a build.
   *
   * @throws UsageException if there is no such file, it is a directory or special file, or it has
   *     more than 4 GiB
   */
  public static FileContent from(Path file) throws IOException {
    return read(file);
  }

  /** Returns the content of a file that must not be a symbolic link. */
  static FileContent inTree(Path file) throws IOException {
    return read(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static FileContent read(Path file, LinkOption... options) throws IOException {
    if (!Files.isRegularFile(file, options)) {
      throw new UsageException(
          file
              + (Files.exists(file, options) ? " is not a regular file." : " does not exist.")
              + " Name a file that this user can read.");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new UsageException(
          file + " has more than 4 GiB. Give it to containers as a mount instead.");
    }
    Read read;
    try (InputStream in = Files.newInputStream(file, options)) {
      read = Read.of(in, OutputStream.nullOutputStream());
    }
    return new FileContent(read.digest, read.size, null, file.toAbsolutePath());
  }

  public Digest digest() {
    return digest;
  }

  /** Returns the size in bytes. */
  public long size() {
    return size;
  }

  /** Returns whether the bytes are in memory. */
  public boolean isHeld() {
    return bytes != null;
  }

  /**
   * Writes the content.
   *
   * @throws UsageException if the file has changed since the definition was made
   */
  public void writeTo(OutputStream out) throws IOException {
    if (bytes != null) {
      out.write(bytes);
      return;
    }
    Path file = Objects.requireNonNull(source);
    Read read;
    try (InputStream in = Files.newInputStream(file)) {
      read = Read.of(in, out);
    } catch (NoSuchFileException e) {
      throw changed(file);
    }
    if (read.size != size || !read.digest.equals(digest)) {
      throw changed(file);
    }
  }

  private static UsageException changed(Path file) {
    return new UsageException(
        file
            + " has changed since the image's definition was made from it, so the image would not"
            + " be the one defined. Leave the file alone and build again.");
  }

  private record Read(Digest digest, long size) {

    static Read of(InputStream in, OutputStream out) throws IOException {
      MessageDigest sha256 = Digest.newSha256();
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        sha256.update(buffer, 0, read);
        out.write(buffer, 0, read);
        size += read;
      }
      return new Read(Digest.from(sha256.digest()), size);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileContent content
        && digest.equals(content.digest)
        && size == content.size;
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return (source == null ? "" : source + " ") + size + " bytes " + digest;
  }
}
