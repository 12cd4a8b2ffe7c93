package ai.opencode.sandbox;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;

/** Where images go, written as skopeo writes it. */
public sealed interface Target {

  /** {@code oci:FOLDER}: an OCI image layout, where each image is named after its definition. */
  record OciFolder(Path folder) implements Target {
    @Override
    public String toString() {
      return "oci:" + folder;
    }
  }

  /**
   * A registry.
   *
   * @param prefix {@code HOST/NAMESPACE/}, to which each image's name is added
   */
  record RegistryNamespace(String prefix) implements Target {
    @Override
    public String toString() {
      return prefix;
    }
  }

  /** One repository in a registry, with or without tag, for a single image. */
  record RegistryImage(Reference reference) implements Target {
    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * Parses {@code oci:FOLDER}, {@code [docker://]HOST/NAMESPACE/} or {@code [docker://]REFERENCE}.
   *
   * @throws UsageException where it is none of these, or might be meant as the name of a folder
   */
  static Target of(String text) {
    if (text.startsWith("oci:") && text.length() > 4) {
      return new OciFolder(Path.of(text.substring(4)));
    }
    boolean registry = text.startsWith("docker://");
    String address = registry ? text.substring(9) : text;
    if (address.matches("(docker-archive|docker-daemon|oci-archive|dir|containers-storage):.*")) {
      throw new UsageException(
          "\""
              + text
              + "\" is no target of this program; build to oci:FOLDER, then copy it there with skopeo");
    }
    // "images" would be docker.io/library/images: nobody who types that wants to publish.
    if (!registry && !address.matches("(localhost|[^/]*[.:][^/]*)/.*")) {
      throw new UsageException(
          "\""
              + text
              + "\" names no registry; write oci:"
              + text
              + " for a folder, or docker.io/"
              + text
              + " for Docker Hub");
    }
    if (address.endsWith("/")) {
      Reference.of(address + "image");
      return new RegistryNamespace(address);
    }
    return new RegistryImage(Reference.of(address));
  }
}
