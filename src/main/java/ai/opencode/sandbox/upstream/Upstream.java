package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the inputs of images come from.
 *
 * @param name {@code official}, {@code mirror} or {@code stand-in}; a label of the images
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

  public Upstream {
    repositories = List.copyOf(repositories);
  }
}
