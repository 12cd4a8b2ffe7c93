package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.FileTree;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.file.ImageDraft.Assignment;
import ai.opencode.sandbox.definition.file.ImageDraft.Copy;
import ai.opencode.sandbox.definition.file.ImageDraft.Owner;
import ai.opencode.sandbox.definition.file.ImageDraft.Writable;
import ai.opencode.sandbox.failure.FileFault;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The making of an image definition from a draft, with the same calls that Java code would make. A
 * call that refuses its values becomes a mistake at the place of these.
 */
final class Definition {

  /** A change of a definition, which may read files. */
  private interface Change {
    ImageDefinition of(ImageDefinition image) throws IOException;
  }

  /** The file that marks a directory of images (OCI image-spec, image-layout.md). */
  private static final String LAYOUT = "/oci-layout";

  private final Contents contents;
  private final Mistakes mistakes;
  private ImageDefinition image;

  private Definition(ImageDefinition image, Contents contents, Mistakes mistakes) {
    this.image = image;
    this.contents = contents;
    this.mistakes = mistakes;
  }

  /**
   * Returns the definition of an image; empty if its parent does not exist.
   *
   * @param known the images that exist, by name
   */
  static Optional<ImageDefinition> of(
      ImageDraft draft, Map<String, ImageDefinition> known, Contents contents, Mistakes mistakes) {
    String from = draft.from().map(Placed::value).orElse("");
    ImageDefinition parent = known.get(from);
    if (parent == null && !from.equals(SandboxFile.ALPINE)) {
      return Optional.empty();
    }
    String name = draft.name().value();
    Definition definition =
        new Definition(
            parent == null ? ImageDefinition.onAlpine(name) : ImageDefinition.from(parent, name),
            contents,
            mistakes);
    definition.apply(draft);
    return Optional.of(definition.image);
  }

  private void apply(ImageDraft draft) {
    draft
        .description()
        .ifPresent(text -> change(text.place(), i -> i.withDescription(text.value())));
    draft.user().ifPresent(user -> change(user.place(), i -> i.withUser(user(i, user.value()))));
    for (Placed<Dependency> each : draft.packages()) {
      change(each.place(), i -> i.withPackage(each.value()));
    }
    for (Placed<String> each : draft.without()) {
      leaveOut(each);
    }
    draft.npm().ifPresent(npm -> change(npm.place(), i -> i.withNpm(NpmProject.of(npm.value()))));
    for (Copy each : draft.files()) {
      change(each.place(), i -> with(i, each));
    }
    for (Writable each : draft.writable()) {
      change(each.place(), i -> i.withWritablePath(each.path(), each.bytes()));
    }
    applyContainer(draft);
  }

  private void leaveOut(Placed<String> name) {
    List<String> asked = image.allPackages().stream().map(Dependency::name).toList();
    if (asked.contains(name.value())) {
      change(name.place(), i -> i.withoutPackages(name.value()));
      return;
    }
    mistakes.add(
        name.place(),
        "No image that this one begins with asks for "
            + Shown.of(name.value())
            + ". "
            + Nearest.to(name.value(), asked)
                .map(nearest -> "Write " + nearest + " instead.")
                .orElse("Delete it."));
  }

  private void applyContainer(ImageDraft draft) {
    for (Assignment each : draft.environment()) {
      change(
          each.name().place(), i -> i.withEnvironment(each.name().value(), each.value().value()));
    }
    for (Assignment each : draft.labels()) {
      change(each.name().place(), i -> i.withLabel(each.name().value(), each.value().value()));
    }
    draft
        .workingDirectory()
        .ifPresent(path -> change(path.place(), i -> i.withWorkingDirectory(path.value())));
    draft
        .entrypoint()
        .ifPresent(words -> change(words.place(), i -> i.withEntrypoint(array(words.value()))));
    draft
        .command()
        .ifPresent(words -> change(words.place(), i -> i.withCommand(array(words.value()))));
    requireStart(draft);
    for (Placed<ExposedPort> each : draft.ports()) {
      change(each.place(), i -> i.withPort(each.value()));
    }
  }

  /** Reports an image whose containers would have no program. */
  private void requireStart(ImageDraft draft) {
    if (image.container().entrypoint().isEmpty() && image.container().command().isEmpty()) {
      draft
          .command()
          .or(draft::entrypoint)
          .filter(words -> !mistakes.has(words.place().line()))
          .ifPresent(
              words ->
                  mistakes.add(
                      words.place(),
                      "Neither entrypoint nor command names a program, so no container would"
                          + " start. Write one such as command: [sh]."));
    }
  }

  private static String[] array(List<String> words) {
    return words.toArray(String[]::new);
  }

  /** Returns a user with other numbers; name, home directory and shell are the image's. */
  private static SandboxUser user(ImageDefinition image, Owner owner) {
    SandboxUser user = image.user();
    return new SandboxUser(user.name(), owner.uid(), owner.gid(), user.home(), user.shell());
  }

  private ImageDefinition with(ImageDefinition before, Copy copy) throws IOException {
    Owner owner = copy.owner() == null ? new Owner(0, 0) : copy.owner();
    Integer mode = copy.mode();
    if (copy.isDirectory()) {
      FileTree tree = tree(copy).withOwner(owner.uid(), owner.gid());
      return before.withTree(mode == null ? tree : tree.withFileMode(mode));
    }
    StaticFile file =
        (contents == Contents.READ
                ? StaticFile.from(copy.path(), copy.source())
                : StaticFile.of(copy.path(), ""))
            .withOwner(owner.uid(), owner.gid());
    return before.withFile(mode == null ? file : file.withMode(mode));
  }

  private FileTree tree(Copy copy) throws IOException {
    if (contents == Contents.LEFT_OUT) {
      return new FileTree(List.of(), List.of(), List.of());
    }
    FileTree tree = FileTree.from(copy.path(), copy.source());
    Set<String> paths = tree.files().stream().map(StaticFile::path).collect(Collectors.toSet());
    for (String path : paths) {
      if (path.endsWith(LAYOUT) && paths.contains(path.replaceFirst(LAYOUT + "$", "/index.json"))) {
        throw new UsageException(
            copy.source()
                + path.substring(copy.path().length()).replaceFirst(LAYOUT + "$", "")
                + " has images that a build wrote. Move them, or name a directory without them.");
      }
    }
    return tree;
  }

  private void change(Place place, Change change) {
    try {
      image = change.of(image);
    } catch (SandboxException | IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      mistakes.add(place, message.matches("(?s).*\\.\\)?") ? message : message + ". Correct it.");
    } catch (IOException e) {
      mistakes.add(
          place,
          "A file cannot be read (" + FileFault.of(e) + "). Make it a file that you may read.");
    }
  }
}
