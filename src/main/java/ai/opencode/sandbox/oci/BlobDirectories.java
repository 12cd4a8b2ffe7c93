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
 * The directories of a store: {@code blobs/sha256} for what is complete, {@code tmp} for what is
 * being written. Nothing in them is looked for, written or removed through a link.
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

  /** The name under which a blob is or would be. */
  Path path(Digest digest) {
    return complete.resolve(digest.hex());
  }

  /** The name of a file in the making. */
  Path part(String name) {
    return root.resolve(PARTS).resolve(name);
  }

  boolean contains(Digest digest) {
    return isPlain() && Files.isRegularFile(path(digest), LinkOption.NOFOLLOW_LINKS);
  }

  /** Others may have put a link in the place of a directory. */
  private boolean isPlain() {
    return access == Access.OWNER
        || (Files.isDirectory(root.resolve("blobs"), LinkOption.NOFOLLOW_LINKS)
            && Files.isDirectory(complete, LinkOption.NOFOLLOW_LINKS));
  }

  /** A blob's size in bytes. */
  long size(Digest digest) throws IOException {
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

  /** The directory that holds the others. */
  HeldDirectory top() throws IOException {
    return HeldDirectory.open(root);
  }

  /** The directory of the blobs, where it is there. */
  private HeldDirectory held() throws IOException {
    try (HeldDirectory top = top();
        HeldDirectory blobs = top.in("blobs")) {
      return blobs.in("sha256");
    }
  }

  /** The directory of the blobs, made where it is missing. */
  HeldDirectory made() throws IOException {
    access.createDirectories(root);
    try (HeldDirectory top = top();
        HeldDirectory blobs = top.made("blobs", access)) {
      return blobs.made("sha256", access);
    }
  }

  /** The directory of what is being written, made where it is missing. */
  HeldDirectory madeParts() throws IOException {
    access.createDirectories(root);
    try (HeldDirectory top = top()) {
      return top.made(PARTS, access);
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

  /** An observer of removals. */
  interface Removed {
    void blob(Digest digest) throws IOException;
  }

  /** Removes some blobs, and tells of each that was removed. */
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

  /** Removes what killed writers left behind; a writer at work touches its file more often. */
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
