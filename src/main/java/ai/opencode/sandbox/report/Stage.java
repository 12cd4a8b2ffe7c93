package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;
import java.util.Locale;

/** A stage of the work, by which messages about progress are grouped. */
@Api
public enum Stage {
  /** The choice of the source of packages. */
  UPSTREAM,
  /** The use of former images in a registry as a cache. */
  CACHE,
  /** The fetching of the base image. */
  BASE,
  /** The choice of packages. */
  RESOLVE,
  /** The fetching of Alpine packages. */
  FETCH,
  /** The fetching of npm tarballs. */
  NPM,
  /** The making of the layers of packages. */
  LAYER,
  /** The completion of an image. */
  IMAGE,
  /** The writing of the lock file. */
  LOCK,
  /** The delivery to a target, or the publication of a port. */
  PUBLISH,
  /** A pull by an engine. */
  PULL,
  /** The transfer of an image into an engine. */
  LOAD,
  /** A pause before the next attempt. */
  NETWORK;

  /** Returns the name that lines of text begin with: {@code fetch}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
