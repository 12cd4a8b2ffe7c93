package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the inputs of images come from.
 *
 * @param name {@code official}, {@code mirror} or {@code stand-in}; a label of the images. An
 *     archive has the name of the upstream that it was made from
 * @param publishable whether what is made from it may leave this machine
 * @param repositories Alpine repositories, without the architecture, in order of preference
 */
public record Upstream(
    String name, boolean publishable, BaseSource base, List<String> repositories) {

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
   * @param reference by digest, as the archive's lock names it
   */
  public record ArchivedBase(Reference reference, BlobStore content) implements BaseSource {
    @Override
    public String name() {
      return reference.registry() + "/" + reference.repository();
    }
  }

  public Upstream {
    repositories = List.copyOf(repositories);
  }
}
