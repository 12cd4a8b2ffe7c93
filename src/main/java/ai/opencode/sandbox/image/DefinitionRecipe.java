package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.SymbolicLink;
import ai.opencode.sandbox.definition.WritableDirectory;
import java.util.Optional;

/** Image definitions as part of a recipe, with every component of a definition. */
public final class DefinitionRecipe {

  private DefinitionRecipe() {}

  /** Adds a definition and its parents. */
  public static void add(Recipe to, ImageDefinition definition) {
    to.add(definition.name()).add(definition.description());
    to.add(Optional.ofNullable(definition.parent()), DefinitionRecipe::add);
    to.add(definition.packages(), (each, request) -> each.add(request.toString()));
    to.add(definition.software().without());
    to.add(definition.npm(), DefinitionRecipe::add);
    add(to, definition.user());
    to.add(definition.directories(), DefinitionRecipe::add);
    to.add(definition.files(), DefinitionRecipe::add);
    to.add(definition.links(), DefinitionRecipe::add);
    to.add(definition.filesystem().writable(), DefinitionRecipe::add);
    add(to, definition.container());
    to.add(definition.labels());
  }

  /** Adds the settings of containers. */
  static void add(Recipe to, ContainerSettings container) {
    to.add(container.environment());
    to.add(container.workingDirectory());
    to.add(container.entrypoint()).add(container.command());
    to.add(container.ports(), (each, port) -> each.add(port.toString()));
  }

  private static void add(Recipe to, NpmProject npm) {
    to.add(npm.packageJson()).add(npm.packageLock());
    to.add(Optional.ofNullable(npm.directory()), Recipe::add);
  }

  private static void add(Recipe to, SandboxUser user) {
    to.add(user.name()).add(user.uid()).add(user.gid());
    to.add(user.home()).add(user.shell());
  }

  private static void add(Recipe to, OwnedDirectory directory) {
    to.add(directory.path()).add(directory.mode());
    to.add(directory.uid()).add(directory.gid()).add(directory.onlyIfMissing());
  }

  private static void add(Recipe to, StaticFile file) {
    to.add(file.path()).add(file.mode()).add(file.uid()).add(file.gid());
    add(to, file.content());
  }

  static void add(Recipe to, FileContent content) {
    to.add(content.digest()).add(content.size());
  }

  private static void add(Recipe to, SymbolicLink link) {
    to.add(link.path()).add(link.target());
  }

  private static void add(Recipe to, WritableDirectory directory) {
    to.add(directory.path()).add(directory.sizeBytes());
  }
}
