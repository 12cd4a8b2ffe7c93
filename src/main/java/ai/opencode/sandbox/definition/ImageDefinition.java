package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One image: its packages, its files and how its containers start. Every {@code with…} method gives
 * a changed copy.
 *
 * @param name repository name of the image, {@code opencode-sandbox-base}
 * @param parent the image whose layers this one starts with; none for an image that stands on the
 *     base image itself
 * @param packages apk dependencies in the syntax of {@code /etc/apk/world} ({@code git}, {@code
 *     nodejs>=20}), sorted
 * @param directories in the order in which they are made, parents first
 * @param labels image labels beside the ones that every build sets
 */
public record ImageDefinition(
    String name,
    String description,
    @Nullable ImageDefinition parent,
    List<String> packages,
    @Nullable NpmProject npmProject,
    SandboxUser user,
    List<OwnedDirectory> directories,
    List<StaticFile> files,
    ContainerSettings container,
    Map<String, String> labels) {

  public ImageDefinition {
    if (!name.matches("[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")) {
      throw new UsageException(
          "\""
              + name
              + "\" cannot name an image; use lower-case letters, digits and single ., _ or -");
    }
    packages = List.copyOf(new TreeSet<>(packages));
    directories = List.copyOf(directories);
    files = List.copyOf(files);
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** A new image that starts with all the layers of {@code parent} and adds to them. */
  public static ImageDefinition from(ImageDefinition parent, String name) {
    return new ImageDefinition(
        name,
        parent.description,
        parent,
        List.of(),
        null,
        parent.user,
        List.of(),
        List.of(),
        parent.container,
        parent.labels);
  }

  public Optional<ImageDefinition> parentImage() {
    return Optional.ofNullable(parent);
  }

  public Optional<NpmProject> npm() {
    return Optional.ofNullable(npmProject);
  }

  /**
   * What was asked for in this image and its parents: the content of {@code /etc/apk/world} beyond
   * the base's own.
   */
  public List<String> allPackages() {
    TreeSet<String> all = new TreeSet<>(packages);
    if (parent != null) {
      all.addAll(parent.allPackages());
    }
    return List.copyOf(all);
  }

  public ImageDefinition withName(String newName) {
    return new ImageDefinition(
        newName,
        description,
        parent,
        packages,
        npmProject,
        user,
        directories,
        files,
        container,
        labels);
  }

  public ImageDefinition withDescription(String newDescription) {
    return new ImageDefinition(
        name,
        newDescription,
        parent,
        packages,
        npmProject,
        user,
        directories,
        files,
        container,
        labels);
  }

  public ImageDefinition withPackages(String... more) {
    return withPackages(List.of(more));
  }

  public ImageDefinition withPackages(Collection<String> more) {
    List<String> all = new ArrayList<>(packages);
    all.addAll(more);
    return new ImageDefinition(
        name, description, parent, all, npmProject, user, directories, files, container, labels);
  }

  public ImageDefinition withNpm(NpmProject newNpm) {
    return new ImageDefinition(
        name, description, parent, packages, newNpm, user, directories, files, container, labels);
  }

  public ImageDefinition withDirectory(OwnedDirectory directory) {
    List<OwnedDirectory> all = new ArrayList<>(directories);
    all.add(directory);
    return new ImageDefinition(
        name, description, parent, packages, npmProject, user, all, files, container, labels);
  }

  public ImageDefinition withFile(StaticFile file) {
    List<StaticFile> all = new ArrayList<>(files);
    all.add(file);
    return new ImageDefinition(
        name, description, parent, packages, npmProject, user, directories, all, container, labels);
  }

  public ImageDefinition withContainer(ContainerSettings newContainer) {
    return new ImageDefinition(
        name,
        description,
        parent,
        packages,
        npmProject,
        user,
        directories,
        files,
        newContainer,
        labels);
  }

  public ImageDefinition withEnvironment(String variable, String value) {
    return withContainer(container.withEnvironment(variable, value));
  }

  public ImageDefinition withLabel(String label, String value) {
    Map<String, String> all = new LinkedHashMap<>(labels);
    all.put(label, value);
    return new ImageDefinition(
        name, description, parent, packages, npmProject, user, directories, files, container, all);
  }
}
