package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
   * Checks the name, the environment, and that the paths fit to those of the parent.
   *
   * @throws UsageException if the name cannot be a repository's, a writable path is in another one
   *     with a missing level between them, a file is where hardened containers have a mount or is
   *     the working directory, or {@code PATH} or {@code HOME} would make the image useless
   */
  public ImageDefinition {
    RepositoryName.require(name);
    List<WritablePath> writable = writablePaths(filesystem, parent);
    Placement.requireLevels(writable);
    Placement.requireVisible(filesystem, writable);
    Placement.requireNoFile(container.workingDirectory(), filesystem);
    for (ImageDefinition each = parent; each != null; each = each.parent) {
      Placement.requireVisible(each.filesystem, writable);
      Placement.requireNoFile(container.workingDirectory(), each.filesystem);
    }
    Environment.require(container.environment(), filesystem.user());
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

  /**
   * Returns a new image of Alpine alone, with the user {@code opencode}, the writable directories
   * of a sandbox and {@code /workspace} as working directory. It has no packages but those of the
   * base image, and runs {@code sh}.
   *
   * <pre>{@code
   * ImageDefinition tools =
   *     ImageDefinition.onAlpine("acme/tools")
   *         .withPackages("curl", "jq")
   *         .withFile(StaticFile.of("/etc/acme.conf", "color = blue\n"))
   *         .withWritablePath("/var/lib/acme", 64L << 20)
   *         .withPort(8080);
   * }</pre>
   */
  public static ImageDefinition onAlpine(String name) {
    // Alpine has no bash.
    SandboxUser user = SandboxUser.OPENCODE.withShell("/bin/sh");
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("HOME", user.home());
    environment.put(
        "PATH",
        user.home() + "/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LANG", "C.UTF-8");
    ImageDefinition image =
        onBase(
            name, user, new ContainerSettings(environment, "/workspace", List.of(), List.of("sh")));
    for (WritablePath path : WritablePath.of(user)) {
      image = path.directory().map(image::withDirectory).orElse(image);
    }
    return image;
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
  public List<Dependency> packages() {
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

  public List<SymbolicLink> links() {
    return filesystem.links();
  }

  /**
   * Returns all paths that are writable in hardened containers: those of every sandbox, and those
   * of this image and its parents.
   */
  public List<WritablePath> writablePaths() {
    return writablePaths(filesystem, parent);
  }

  private static List<WritablePath> writablePaths(
      FilesystemSettings filesystem, @Nullable ImageDefinition parent) {
    SandboxUser user = filesystem.user();
    Map<String, WritablePath> paths = new LinkedHashMap<>();
    WritablePath.of(user).forEach(each -> paths.put(each.path(), each));
    ownWritable(filesystem, parent)
        .forEach((path, each) -> paths.put(path, WritablePath.of(each, user)));
    return List.copyOf(paths.values());
  }

  private static SortedMap<String, WritableDirectory> ownWritable(
      FilesystemSettings filesystem, @Nullable ImageDefinition parent) {
    SortedMap<String, WritableDirectory> all =
        parent == null ? new TreeMap<>() : ownWritable(parent.filesystem, parent.parent);
    filesystem.writable().forEach(each -> all.put(each.path(), each));
    return all;
  }

  /**
   * Returns the packages that this image and its parents ask for, sorted. A request of this image
   * replaces a parent's request of the same name, as a later {@code apk add} does. They are added
   * to the base image's {@code /etc/apk/world}.
   */
  public List<Dependency> allPackages() {
    Map<String, Dependency> byName = new TreeMap<>();
    if (parent != null) {
      parent.allPackages().forEach(each -> byName.put(each.name(), each));
    }
    packages().forEach(each -> byName.put(each.name(), each));
    return List.copyOf(new TreeSet<>(byName.values()));
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

  public ImageDefinition withPackage(Dependency request) {
    return withSoftware(software.withRequests(List.of(request)));
  }

  /** Returns a copy without some packages, as {@link #withoutPackages(Collection)} does. */
  public ImageDefinition withoutPackages(String... names) {
    return withoutPackages(List.of(names));
  }

  /**
   * Returns a copy that does not ask for some packages. If a parent asks for one, the image is made
   * on another parent, which differs from the former one only in that: a layer that deletes files
   * would not make the image smaller. The parent's files, settings and npm packages remain. A
   * package that another one needs remains too, and the build warns of it.
   *
   * @param names names without versions, such as {@code vim}
   * @throws UsageException if neither this image nor a parent asks for one of the packages
   */
  public ImageDefinition withoutPackages(Collection<String> names) {
    SoftwareSettings.requireAsked(name, SoftwareSettings.names(allPackages()), names);
    return without(new TreeSet<>(names), software.withoutPackages(new TreeSet<>(names)));
  }

  private ImageDefinition without(Set<String> names, SoftwareSettings newSoftware) {
    Set<String> below =
        parent == null ? new TreeSet<>() : SoftwareSettings.names(parent.allPackages());
    below.retainAll(names);
    ImageDefinition base = parent;
    if (base != null && !below.isEmpty()) {
      // Only the child has the names of the packages to leave out. If a package remains
      // nevertheless, the build then warns once, not for the parent too.
      base =
          base.without(below, base.software.askingNotFor(below))
              .withName(DerivedName.without(base.name, below));
    }
    return new ImageDefinition(name, about, base, newSoftware, filesystem, container);
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

  /** Returns a copy with the directories, files and links of a directory of this machine. */
  public ImageDefinition withTree(FileTree tree) {
    return withFilesystem(filesystem.withTree(tree));
  }

  public ImageDefinition withLink(SymbolicLink link) {
    return withFilesystem(filesystem.withLink(link));
  }

  /**
   * Returns a copy with a directory that is writable in hardened containers: the image has the
   * directory, owned by its user, and a container has a tmpfs there, which counts towards its
   * memory. The image's label {@code ai.opencode.sandbox.writable} tells it to {@code run} and to
   * {@code security}. A path of every sandbox gets another size by it.
   *
   * @param sizeBytes the maximum size of the tmpfs, 1 MiB or more
   * @throws UsageException if the path cannot be a mount, or hides a file of this definition
   */
  public ImageDefinition withWritablePath(String path, long sizeBytes) {
    return withFilesystem(filesystem.withWritable(new WritableDirectory(path, sizeBytes)));
  }

  /**
   * Returns a copy whose containers run as another user, with the home directory, the writable
   * paths, the owners and the environment of that user. If the image has a parent, it is made on
   * another parent, which has that user too, so nothing of the former user is in the image.
   * Contents of files are not changed.
   */
  public ImageDefinition withUser(SandboxUser newUser) {
    ImageDefinition base = parent;
    if (base != null && !base.isAllOf(newUser)) {
      base = base.withUser(newUser).withName(DerivedName.as(newUser, base.name));
    }
    if (user().equals(newUser)) {
      return new ImageDefinition(name, about, base, software, filesystem, container);
    }
    UserChange change = new UserChange(user(), newUser);
    return new ImageDefinition(
        name, about, base, software, change.in(filesystem), change.in(container));
  }

  private boolean isAllOf(SandboxUser expected) {
    return user().equals(expected) && (parent == null || parent.isAllOf(expected));
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

  public ImageDefinition withEntrypoint(String... entrypoint) {
    return withContainer(container.withEntrypoint(List.of(entrypoint)));
  }

  public ImageDefinition withCommand(String... command) {
    return withContainer(container.withCommand(List.of(command)));
  }

  public ImageDefinition withWorkingDirectory(String directory) {
    return withContainer(container.withWorkingDirectory(directory));
  }

  /** Returns a copy whose configuration names a TCP port that a program listens on. */
  public ImageDefinition withPort(int port) {
    return withPort(new ExposedPort(port, "tcp"));
  }

  public ImageDefinition withPort(ExposedPort port) {
    return withContainer(container.withPorts(List.of(port)));
  }

  /**
   * Returns a copy whose configuration names a port that a program listens on.
   *
   * @param port such as {@code 8080/tcp} or {@code 53/udp}
   */
  public ImageDefinition withPort(String port) {
    return withPort(ExposedPort.of(port));
  }
}
