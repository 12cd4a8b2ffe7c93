package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The place of an image: a layout, an archive or a registry. */
@Api
public sealed interface ImageSource {

  /** A result for each kind of source. */
  interface Cases<T> {
    T ociDirectory(OciDirectory layout) throws IOException;

    T ociArchive(OciArchive archive) throws IOException;

    T dockerArchive(DockerArchive archive) throws IOException;

    T registry(InRegistry image) throws IOException;
  }

  /** Returns the result of the case for this kind of source. */
  <T> T in(Cases<T> cases) throws IOException;

  /**
   * An OCI image layout.
   *
   * @param name the name of the image in the layout or archive; null if it contains only one image
   */
  record OciDirectory(Path directory, @Nullable String name) implements ImageSource {
    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.ociDirectory(this);
    }

    @Override
    public String toString() {
      return "oci:" + directory + (name == null ? "" : ":" + name);
    }
  }

  /** A file in the form of {@code docker save}, compressed or not. */
  record DockerArchive(Path file) implements ImageSource {
    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.dockerArchive(this);
    }

    @Override
    public String toString() {
      return "docker-archive:" + file;
    }
  }

  /**
   * An OCI image layout in a tar file, compressed or not.
   *
   * @param name the name of the image in the layout or archive; null if it contains only one image
   */
  record OciArchive(Path file, @Nullable String name) implements ImageSource {
    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.ociArchive(this);
    }

    @Override
    public String toString() {
      return "oci-archive:" + file + (name == null ? "" : ":" + name);
    }
  }

  /** An image in a registry. */
  record InRegistry(Reference reference) implements ImageSource {
    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.registry(this);
    }

    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * Parses {@code oci:DIRECTORY[:NAME]}, {@code oci-archive:FILE[:NAME]}, {@code
   * docker-archive:FILE} or a registry reference.
   *
   * @throws UsageException if the text is none of them
   */
  static ImageSource of(String text) {
    return of(text, Path.of(""));
  }

  /**
   * Parses the same notations.
   *
   * @param from the directory from which relative paths count
   * @throws UsageException if the text is none of them
   */
  static ImageSource of(String text, Path from) {
    if (List.of("oci:", "oci-archive:", "docker-archive:").contains(text)) {
      throw new UsageException(
          "\""
              + text
              + "\" names no place. Write "
              + text
              + (text.equals("oci:") ? "DIRECTORY, such as oci:images." : "FILE."));
    }
    if (text.startsWith("oci:")) {
      return ociDirectory(text.substring(4), from);
    }
    if (text.startsWith("oci-archive:")) {
      String rest = text.substring(12);
      int colon = rest.indexOf(':');
      // The name of an existing file may itself have a colon.
      return colon < 0 || Files.exists(from.resolve(rest))
          ? new OciArchive(from.resolve(rest), null)
          : new OciArchive(from.resolve(rest.substring(0, colon)), rest.substring(colon + 1));
    }
    if (text.startsWith("docker-archive:")) {
      return new DockerArchive(from.resolve(text.substring(15)));
    }
    if (isPlace(text, from)) {
      throw new UsageException(
          "\""
              + text
              + "\" is a file or directory on this machine. Write "
              + (Files.isDirectory(from.resolve(text))
                  ? "oci:" + text + " for an OCI layout."
                  : "oci-archive:" + text + " or docker-archive:" + text + " for an archive."));
    }
    return new InRegistry(Reference.of(text));
  }

  /**
   * Returns whether a text without a colon names a layout or archive on this machine, not an image
   * in a registry.
   */
  private static boolean isPlace(String text, Path from) {
    if (text.isEmpty() || !text.matches("[\\w./-]+")) {
      return false;
    }
    Path path = from.resolve(text);
    return Files.isRegularFile(path.resolve("oci-layout"))
        || (Files.isRegularFile(path) && text.matches(".*\\.(tar|tgz|tar\\.gz)"));
  }

  private static ImageSource ociDirectory(String text, Path from) {
    Path whole = from.resolve(text);
    int colon = text.indexOf(':');
    if (colon < 0 || Files.isDirectory(whole)) {
      return new OciDirectory(whole, null);
    }
    return new OciDirectory(from.resolve(text.substring(0, colon)), text.substring(colon + 1));
  }
}
