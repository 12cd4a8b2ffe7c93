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
 * The definition of an image: its packages, its files and the start of its containers. Every {@code
 * with…} method returns a changed copy.
 *
 * @param name the image's repository name, such as {@code opencode-sandbox-base}
 * @param about description and labels
 * @param parent the image whose layers this one begins with; null for an image on the base image
 * @param software packages that are added to the parent's
 * @param filesystem user, directories and files
 * @param container the start of containers
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
   * Checks the name.
   *
   * @throws UsageException if the name cannot be a repository's
   */
  public ImageDefinition {
    if (!name.matches("[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")) {
      throw new UsageException(
          "\""
              + name
              + "\" cannot name an image. Use lower-case letters, digits and single ., _ or -"
              + " between them.");
    }
  }

  /** Returns a new image on the base image, without packages and files. */
  public static ImageDefinition onBase(String name, SandboxUser user, ContainerSettings container) {
    return new ImageDefinition(
        name,
        new ImageDescription("", Map.of()),
        null,
        SoftwareSettings.none(),
        FilesystemSettings.of(user),
        container);
  }

  /** Returns a new image that begins with all layers of {@code parent}. */
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

  /** Returns the packages that are added to the parent's. */
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
   * Returns the packages that this image and its parents ask for. They are added to the base
   * image's {@code /etc/apk/world}.
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
