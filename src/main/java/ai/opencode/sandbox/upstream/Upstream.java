package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.List;

/**
 * The source of the inputs of images.
 *
 * @param kind an archive has the kind of the upstream that it was made from if a lock, this program
 *     or the user vouches for that, and otherwise its own
 * @param repositories Alpine repositories, without the architecture, in order of preference
 */
public record Upstream(UpstreamKind kind, BaseSource base, List<String> repositories) {

  /** The name of {@link UpstreamKind#OFFICIAL} in a lock. */
  public static final String OFFICIAL = UpstreamKind.OFFICIAL.toString();

  /** The name of {@link UpstreamKind#ARCHIVE} in a lock. */
  public static final String ARCHIVE = UpstreamKind.ARCHIVE.toString();

  /** The place of the base image. */
  public sealed interface BaseSource {

    /** Returns the name for labels: a reference without tag or digest. */
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
   * @param name the reference's; empty if only the archive itself states its origin
   * @param reference by digest, as in a lock
   */
  public record ArchivedBase(String name, Reference reference, BlobStore content)
      implements BaseSource {}

  public Upstream {
    repositories = List.copyOf(repositories);
  }

  /** Returns the name of its kind for labels and locks. */
  public String name() {
    return kind.toString();
  }

  /** Returns whether a lock can pin its content; the stand-in is generated on each machine. */
  public boolean lockable() {
    return kind != UpstreamKind.STAND_IN;
  }
}
