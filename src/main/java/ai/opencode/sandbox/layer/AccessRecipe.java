package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.cache.Recipe;

/** The owner and permissions of a file as an input of a result. */
public final class AccessRecipe {

  private AccessRecipe() {}

  public static void add(Recipe to, Access access) {
    to.add(access.mode()).add(access.uid()).add(access.gid());
  }
}
