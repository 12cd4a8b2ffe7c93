package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.DefinitionRecipe;
import ai.opencode.sandbox.image.Labels;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * All inputs that determine an image whose packages a lock names; an equal set gives an equal
 * image, whatever its version. Upstream and the base's name are included through the image's
 * labels.
 *
 * @param definition the definition with its parents
 * @param locked the locked inputs of the image, which lead to those of its parents
 * @param base the digest of the base image's manifest for the platform
 * @param own the user's own repositories and keys
 * @param strictScripts whether unknown scripts are an error; a strict build must not reuse an image
 *     that was built without this check
 * @param creationTime the creation time of the images; empty if it follows from the packages
 */
record SettledInputs(
    ImageDefinition definition,
    Settled locked,
    Digest base,
    OwnSources own,
    boolean strictScripts,
    Optional<Instant> creationTime) {

  /** The format's version: raise it whenever {@link #recipe} adds other values. */
  private static final int FORMAT = 6;

  /**
   * The locked inputs of an image.
   *
   * @param removed the packages of the base or parent that the image removes
   * @param labels all labels of the image but its version
   * @param below the locked inputs of the parent; empty for an image on the base image
   */
  record Settled(
      List<LockedPackage> packages,
      List<PackageId> removed,
      SortedMap<String, String> labels,
      Optional<Settled> below) {}

  /** Returns the recipe, whose digest is the image's key in the cache. */
  Recipe recipe() {
    Recipe recipe = Recipe.of("locked inputs", FORMAT);
    add(recipe, locked);
    recipe.add(base).add(strictScripts);
    recipe.add(own.keys(), (to, key) -> to.add(key.name()).add(key.pem()));
    // A directory is not written into images, and its path differs between machines.
    recipe.add(
        own.repositories().stream().filter(RepositoryLine::isAddress).toList(),
        (to, line) -> to.add(line.toString()));
    recipe.add(creationTime, (to, time) -> to.add(time.toString()));
    DefinitionRecipe.add(recipe, definition);
    return recipe;
  }

  private static void add(Recipe to, Settled image) {
    to.add(
        image.packages(), (each, apk) -> each.add(apk.checksum().hex()).add(apk.data().diffId()));
    to.add(image.removed(), (each, id) -> each.add(id.name()));
    Labels.add(to, image.labels());
    to.add(image.below(), SettledInputs::add);
  }
}
