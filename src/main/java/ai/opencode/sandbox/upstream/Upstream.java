package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.file.Path;
import java.util.List;

/**
 * The source of the inputs of images.
 *
 * @param kind the kind of upstream; an archive has the kind of the upstream it was made from if a
 *     lock, this program or the user confirms it
 * @param base the base image
 * @param repositories Alpine repositories, without the architecture, in order of preference
 */
public record Upstream(UpstreamKind kind, BaseSource base, List<String> repositories) {

  /** The place of the base image. */
  public sealed interface BaseSource {

    /** Returns the base image's name in labels, a reference without tag or digest. */
    String name();
  }

  /** A base image in a registry. */
  public record RegistryBase(Reference reference) implements BaseSource {
    @Override
    public String name() {
      return reference.registry() + "/" + reference.repository();
    }
  }

  /** A base image in an OCI layout on this machine. */
  public record LayoutBase(String name, Path layout, Descriptor manifest) implements BaseSource {}

  /**
   * A base image in an archive of inputs.
   *
   * @param name the reference's name, or {@code archive} if only the archive states its origin
   * @param reference the reference in the lock, pinned by digest
   * @param content the store that has the image's blobs
   */
  public record ArchivedBase(String name, Reference reference, BlobStore content)
      implements BaseSource {}

  public Upstream {
    repositories = List.copyOf(repositories);
  }

  /** Tells whether a lock can name the content; the stand-in's differs between machines. */
  public boolean lockable() {
    return kind.isLockable();
  }
}
