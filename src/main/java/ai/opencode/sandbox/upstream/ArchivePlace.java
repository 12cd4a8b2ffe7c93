package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The place of an archive of inputs, which may not exist yet. */
@Api
public sealed interface ArchivePlace {

  /** A result for each kind of place. */
  interface Cases<T> {
    T directory(Directory directory) throws IOException;

    T registry(InRegistry repository) throws IOException;
  }

  /** Returns the result of the case for this kind of place. */
  <T> T in(Cases<T> cases) throws IOException;

  /** Returns whether the place names existing content by its digest. */
  boolean isPinned();

  /**
   * A directory on this machine.
   *
   * @param path the directory
   * @param pinned the digest that the archive must have; null for any archive
   */
  record Directory(Path path, @Nullable Digest pinned) implements ArchivePlace {

    /** Creates the place of an archive in a directory. */
    public Directory(Path path) {
      this(path, null);
    }

    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.directory(this);
    }

    @Override
    public boolean isPinned() {
      return pinned != null;
    }

    @Override
    public String toString() {
      return path + (pinned == null ? "" : "@" + pinned);
    }
  }

  /** A repository of a registry. */
  record InRegistry(Reference reference) implements ArchivePlace {
    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.registry(this);
    }

    @Override
    public boolean isPinned() {
      return reference.pinned().isPresent();
    }

    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * Parses a directory, or a reference that begins with a registry's host. {@code
   * registry.example/team/inputs:1} is a reference unless there is such a directory; a text with
   * {@code oci:} in front is always a directory. Both may end with the archive's digest, {@code
   * @sha256:…}, as {@code lock archive} prints it.
   *
   * @throws UsageException if the text is neither
   */
  static ArchivePlace of(String text) {
    String place = text.startsWith("oci:") ? text.substring(4) : text;
    int at = place.lastIndexOf("@sha256:");
    String digest = at < 0 ? "" : place.substring(at + 1);
    boolean pinned = Digest.isDigest(digest);
    String directory = pinned ? place.substring(0, at) : place;
    try {
      Path path = Path.of(directory);
      if (!directory.isEmpty() && (!place.equals(text) || Files.exists(path) || !hasHost(text))) {
        return new Directory(path, pinned ? Digest.of(digest) : null);
      }
    } catch (InvalidPathException e) {
      throw new UsageException(
          "\"" + text + "\" is not a directory's name: " + e.getReason() + ". Correct it.", e);
    }
    return new InRegistry(Reference.of(text));
  }

  /** Returns whether a text has several components of which the first is a host. */
  private static boolean hasHost(String text) {
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    return !first.startsWith(".")
        && (first.contains(".") || first.contains(":") || first.equals("localhost"));
  }
}
