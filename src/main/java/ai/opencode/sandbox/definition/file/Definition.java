package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.definition.FileTree;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.file.ImageDraft.Assignment;
import ai.opencode.sandbox.definition.file.ImageDraft.Copy;
import ai.opencode.sandbox.definition.file.ImageDraft.Owner;
import ai.opencode.sandbox.definition.file.ImageDraft.Port;
import ai.opencode.sandbox.definition.file.ImageDraft.Writable;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.report.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The making of an image definition from a draft, with the same calls that Java code would make. A
 * call that refuses its values becomes a mistake at the place of these.
 */
final class Definition {

  /** A change of a definition, which may read files. */
  private interface Change {
    ImageDefinition of(ImageDefinition image) throws IOException;
  }

  private final Mistakes mistakes;
  private ImageDefinition image;

  private Definition(ImageDefinition image, Mistakes mistakes) {
    this.image = image;
    this.mistakes = mistakes;
  }

  /**
   * Returns the definition of an image; empty if its parent does not exist.
   *
   * @param known the images that exist, by name
   */
  static Optional<ImageDefinition> of(
      ImageDraft draft, Map<String, ImageDefinition> known, Mistakes mistakes) {
    String from = draft.from().map(Placed::value).orElse("");
    ImageDefinition parent = known.get(from);
    if (parent == null && !from.equals(SandboxFile.ALPINE)) {
      return Optional.empty();
    }
    String name = draft.name().value();
    Definition definition =
        new Definition(
            parent == null ? ImageDefinition.onAlpine(name) : ImageDefinition.from(parent, name),
            mistakes);
    definition.apply(draft);
    return Optional.of(definition.image);
  }

  private void apply(ImageDraft draft) {
    draft
        .description()
        .ifPresent(text -> change(text.place(), i -> i.withDescription(text.value())));
    draft.user().ifPresent(user -> change(user.place(), i -> i.withUser(user(i, user.value()))));
    for (Placed<String> each : draft.packages()) {
      change(each.place(), i -> i.withPackages(each.value()));
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
    List<String> asked =
        image.allPackages().stream().map(each -> Dependency.of(each).name()).toList();
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
    for (Placed<Port> each : draft.ports()) {
      change(each.place(), i -> i.withPort(each.value().number() + "/" + each.value().protocol()));
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

  private static ImageDefinition with(ImageDefinition image, Copy copy) throws IOException {
    Path source = copy.source();
    Owner owner = copy.owner() == null ? new Owner(0, 0) : copy.owner();
    Integer mode = copy.mode();
    if (copy.isDirectory()) {
      FileTree tree = FileTree.from(copy.path(), source).withOwner(owner.uid(), owner.gid());
      return image.withTree(mode == null ? tree : tree.withFileMode(mode));
    }
    StaticFile file = StaticFile.from(copy.path(), source).withOwner(owner.uid(), owner.gid());
    return image.withFile(mode == null ? file : file.withMode(mode));
  }

  private void change(Place place, Change change) {
    try {
      image = change.of(image);
    } catch (SandboxException | IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      mistakes.add(place, message.matches("(?s).*\\.\\)?") ? message : message + ". Correct it.");
    } catch (IOException e) {
      mistakes.add(
          place, "A file cannot be read (" + e.getMessage() + "). Change its permissions.");
    }
  }
}
