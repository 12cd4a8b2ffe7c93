package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * The directories of a store: {@code blobs/sha256} for complete blobs, {@code tmp} for unfinished
 * ones. Files are never looked up, written or removed through a symbolic link.
 */
final class BlobDirectories {

  static final String PART = ".part";

  private static final String PARTS = "tmp";

  private final Path root;
  private final Path complete;
  private final Access access;

  BlobDirectories(Path root, Access access) {
    this.root = root;
    this.complete = root.resolve("blobs").resolve("sha256");
    this.access = access;
  }

  Access access() {
    return access;
  }

  boolean isSameAs(BlobDirectories other) {
    return complete.equals(other.complete);
  }

  /** Returns the path of a blob, which may not exist. */
  Path path(Digest digest) {
    return complete.resolve(digest.hex());
  }

  /** Returns the path of an unfinished file. */
  Path part(String name) {
    return root.resolve(PARTS).resolve(name);
  }

  boolean contains(Digest digest) {
    return isPlain() && Files.isRegularFile(path(digest), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Returns whether blobs can be looked up by path: either only the owner can change the store, or
   * no directory is a symbolic link, which another user could have put there.
   */
  private boolean isPlain() {
    return access == Access.OWNER
        || (Files.isDirectory(root.resolve("blobs"), LinkOption.NOFOLLOW_LINKS)
            && Files.isDirectory(complete, LinkOption.NOFOLLOW_LINKS));
  }

  /** Returns a blob's size in bytes. */
  long size(Digest digest) throws IOException {
    if (!isPlain()) {
      // This throws an exception whose message names the symbolic link.
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

  /** Opens a blob's file. */
  FileChannel channel(Digest digest) throws IOException {
    try (HeldDirectory held = held()) {
      return held.read(digest.hex());
    } catch (NoSuchFileException e) {
      throw missing(digest, e);
    }
  }

  void requireContains(Digest digest) {
    if (!contains(digest)) {
      throw new VerificationException(missing(digest));
    }
  }

  private VerificationException missing(Digest digest, NoSuchFileException cause) {
    return new VerificationException(missing(digest), cause);
  }

  private String missing(Digest digest) {
    return "The blob " + digest + " is missing from " + complete;
  }

  /** Opens the store's own directory, which contains the others. */
  HeldDirectory top() throws IOException {
    return HeldDirectory.open(root);
  }

  /** Opens the directory of the blobs, which must exist. */
  private HeldDirectory held() throws IOException {
    try (HeldDirectory top = top();
        HeldDirectory blobs = top.in("blobs")) {
      return blobs.in("sha256");
    }
  }

  /** Opens the directory of the blobs; creates it if it is missing. */
  HeldDirectory made() throws IOException {
    access.createDirectories(root);
    try (HeldDirectory top = top();
        HeldDirectory blobs = top.made("blobs", access)) {
      return blobs.made("sha256", access);
    }
  }

  /** Opens the directory of unfinished files; creates it if it is missing. */
  HeldDirectory madeParts() throws IOException {
    access.createDirectories(root);
    try (HeldDirectory top = top()) {
      return top.made(PARTS, access);
    }
  }

  /** Returns the digests of all blobs, unordered; files with other names are not blobs. */
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

  /** An observer of removals. */
  interface Removed {
    void blob(Digest digest) throws IOException;
  }

  /** Removes the unwanted blobs and reports each removal. */
  void remove(Predicate<Digest> unwanted, Removed removed) throws IOException {
    try (HeldDirectory blobs = held()) {
      for (Digest digest : digests(blobs)) {
        if (unwanted.test(digest)) {
          blobs.delete(digest.hex());
          removed.blob(digest);
        }
      }
    } catch (NoSuchFileException empty) {
      return;
    }
  }

  /**
   * Removes the unfinished files that were not touched since a moment, and their directory if it is
   * empty then. Their writers were killed: a running writer would have touched its file since.
   */
  void tidy(Instant untouchedSince) throws IOException {
    try (HeldDirectory top = top();
        HeldDirectory parts = top.in(PARTS)) {
      for (String name : parts.names()) {
        if (name.endsWith(PART) && isOlder(parts, name, untouchedSince)) {
          parts.delete(name);
        }
      }
      top.deleteDirectory(PARTS);
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
}
