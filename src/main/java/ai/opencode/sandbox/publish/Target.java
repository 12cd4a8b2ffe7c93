package ai.opencode.sandbox.publish;

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

  /** {@code oci-archive:FILE}: such a layout in one tar file, which is written anew. */
  record OciArchive(Path file) implements Target {
    @Override
    public String toString() {
      return "oci-archive:" + file;
    }
  }

  /** {@code docker-archive:FILE}: all images, for one platform, as {@code docker save} has them. */
  record DockerArchive(Path file) implements Target {
    @Override
    public String toString() {
      return "docker-archive:" + file;
    }
  }

  /**
   * {@code docker-daemon:}: the container engine of this machine.
   *
   * @param name the image's name there, with or without tag; one that ends with a slash goes before
   *     each image's own name; empty for that alone
   */
  record DockerDaemon(String name) implements Target {
    @Override
    public String toString() {
      return "docker-daemon:" + name;
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
   * Parses {@code oci:FOLDER}, {@code oci-archive:FILE}, {@code docker-archive:FILE}, {@code
   * docker-daemon:[NAME[:TAG]]}, {@code [docker://]HOST/NAMESPACE/} or {@code
   * [docker://]REFERENCE}.
   *
   * @throws UsageException where it is none of these, or might be meant as the name of a folder
   */
  static Target of(String text) {
    if (text.startsWith("oci:") && text.length() > 4) {
      return new OciFolder(Path.of(text.substring(4)));
    }
    if (text.startsWith("oci-archive:") && text.length() > 12) {
      return new OciArchive(Path.of(text.substring(12)));
    }
    if (text.startsWith("docker-archive:") && text.length() > 15) {
      return new DockerArchive(Path.of(text.substring(15)));
    }
    if (text.startsWith("docker-daemon:")) {
      String name = text.substring(14);
      Reference.of(name.isEmpty() || name.endsWith("/") ? name + "image" : name);
      return new DockerDaemon(name);
    }
    boolean registry = text.startsWith("docker://");
    String address = registry ? text.substring(9) : text;
    if (address.matches("(oci|oci-archive|docker-archive|dir|containers-storage):.*")) {
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
