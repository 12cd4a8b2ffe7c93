package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.DefinitionRecipe;
import ai.opencode.sandbox.image.Labels;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import java.util.SortedMap;

/**
 * Everything that decides an image whose packages a lock settles, besides the versions of the code.
 * Version, upstream and the base's name count as far as labels tell them.
 *
 * @param definition with its parents
 * @param images the image and those that it is based on, highest first
 * @param base digest of the base image's manifest for the platform
 * @param strictScripts whether the packages' scripts were looked at
 */
record SettledInputs(
    ImageDefinition definition, List<Settled> images, Digest base, boolean strictScripts) {

  /** To be raised with every change to what {@link #recipe} adds. */
  private static final int FORMAT = 3;

  /**
   * The settled inputs of one image.
   *
   * @param removed names of packages below that it does without
   * @param labels all that it is to have: another set of them is another image
   */
  record Settled(
      List<LockedPackage> packages, List<String> removed, SortedMap<String, String> labels) {}

  SettledInputs {
    images = List.copyOf(images);
  }

  Recipe recipe() {
    Recipe recipe = Recipe.of("locked inputs", FORMAT);
    recipe.add(images, SettledInputs::add);
    recipe.add(base).add(strictScripts);
    DefinitionRecipe.add(recipe, definition);
    return recipe;
  }

  private static void add(Recipe to, Settled image) {
    to.add(
        image.packages(), (each, apk) -> each.add(apk.checksum().hex()).add(apk.data().diffId()));
    to.add(image.removed());
    Labels.add(to, image.labels());
  }
}
