package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One image: its packages, its files and the settings of its containers. Every {@code with…} method
 * returns a changed copy.
 *
 * @param name repository name of the image, {@code opencode-sandbox-base}
 * @param parent the image whose layers this one starts with; null for an image that is based on the
 *     base image itself
 */
@Api
public record ImageDefinition(
    String name,
    ImageDescription about,
    @Nullable ImageDefinition parent,
    SoftwareSettings software,
    FilesystemSettings filesystem,
    ContainerSettings container) {

  /**
   * Creates a definition.
   *
   * @throws UsageException if the name is not a valid repository name
   */
  public ImageDefinition {
    if (!name.matches("[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")) {
      throw new UsageException(
          "\""
              + name
              + "\" is not a valid image name. Use lower-case letters, digits and single ., _ or"
              + " -");
    }
  }

  /** Creates an image that is based on the base image itself, without packages and files. */
  public static ImageDefinition onBase(String name, SandboxUser user, ContainerSettings container) {
    return new ImageDefinition(
        name,
        new ImageDescription("", Map.of()),
        null,
        SoftwareSettings.none(),
        FilesystemSettings.of(user),
        container);
  }

  /** Creates an image that starts with all the layers of {@code parent} and adds to them. */
  public static ImageDefinition from(ImageDefinition parent, String name) {
    return new ImageDefinition(
        name,
        parent.about,
        parent,
        SoftwareSettings.none(),
        FilesystemSettings.of(parent.user()),
        parent.container);
  }

  public String description() {
    return about.text();
  }

  public Map<String, String> labels() {
    return about.labels();
  }

  /** Returns the packages that this image adds to its parent's. */
  public List<String> packages() {
    return software.packages();
  }

  public Optional<NpmProject> npm() {
    return Optional.ofNullable(software.npm());
  }

  public SandboxUser user() {
    return filesystem.user();
  }

  public List<OwnedDirectory> directories() {
    return filesystem.directories();
  }

  public List<StaticFile> files() {
    return filesystem.files();
  }

  /**
   * Returns the requested packages of this image and its parents: the content of {@code
   * /etc/apk/world} beyond the base's own.
   */
  public List<String> allPackages() {
    TreeSet<String> all = new TreeSet<>(packages());
    if (parent != null) {
      all.addAll(parent.allPackages());
    }
    return List.copyOf(all);
  }

  public ImageDefinition withName(String newName) {
    return new ImageDefinition(newName, about, parent, software, filesystem, container);
  }

  public ImageDefinition withDescription(String description) {
    return withAbout(about.withText(description));
  }

  public ImageDefinition withLabel(String label, String value) {
    return withAbout(about.withLabel(label, value));
  }

  private ImageDefinition withAbout(ImageDescription newAbout) {
    return new ImageDefinition(name, newAbout, parent, software, filesystem, container);
  }

  public ImageDefinition withPackages(String... more) {
    return withPackages(List.of(more));
  }

  public ImageDefinition withPackages(Collection<String> more) {
    return withSoftware(software.withPackages(more));
  }

  public ImageDefinition withNpm(NpmProject npm) {
    return withSoftware(software.withNpm(npm));
  }

  private ImageDefinition withSoftware(SoftwareSettings newSoftware) {
    return new ImageDefinition(name, about, parent, newSoftware, filesystem, container);
  }

  public ImageDefinition withDirectory(OwnedDirectory directory) {
    return withFilesystem(filesystem.withDirectory(directory));
  }

  public ImageDefinition withFile(StaticFile file) {
    return withFilesystem(filesystem.withFile(file));
  }

  private ImageDefinition withFilesystem(FilesystemSettings newFilesystem) {
    return new ImageDefinition(name, about, parent, software, newFilesystem, container);
  }

  public ImageDefinition withContainer(ContainerSettings newContainer) {
    return new ImageDefinition(name, about, parent, software, filesystem, newContainer);
  }

  public ImageDefinition withEnvironment(String variable, String value) {
    return withContainer(container.withEnvironment(variable, value));
  }
}
