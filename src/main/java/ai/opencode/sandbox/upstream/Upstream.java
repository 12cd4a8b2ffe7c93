package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the inputs of images come from.
 *
 * @param kind an archive has the kind of the upstream that it was made from where a lock, this
 *     program or the user knows that, and else its own
 * @param repositories Alpine repositories, without the architecture, in order of preference
 */
public record Upstream(UpstreamKind kind, BaseSource base, List<String> repositories) {

  /** Where the image is that everything stands on. */
  public sealed interface BaseSource {

    /** What labels call it: a reference without tag or digest. */
    String name();
  }

  /** A registry has it. */
  public record RegistryBase(Reference reference) implements BaseSource {
    @Override
    public String name() {
      return reference.registry() + "/" + reference.repository();
    }
  }

  /** An OCI layout on this machine has it. */
  public record LayoutBase(String name, Path layout, Descriptor manifest) implements BaseSource {}

  /**
   * An archive of inputs has it.
   *
   * @param name the reference's, or none where nothing but the archive says where it comes from
   * @param reference by digest, as a lock names it
   */
  public record ArchivedBase(String name, Reference reference, BlobStore content)
      implements BaseSource {}

  public Upstream {
    repositories = List.copyOf(repositories);
  }

  /** Whether a lock can name its content; the stand-in is made anew wherever it is used. */
  public boolean lockable() {
    return kind.isLockable();
  }
}
