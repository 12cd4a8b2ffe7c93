package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;
import java.util.Locale;

/** A stage of the work that is reported. */
@Api
public enum Stage {
  /** The choice of the source of packages. */
  UPSTREAM,
  /** The base image. */
  BASE,
  /** The choice of packages. */
  RESOLVE,
  /** The packages of Alpine's format. */
  FETCH,
  /** The packages of npm. */
  NPM,
  /** The layers of packages. */
  LAYER,
  /** The finished image. */
  IMAGE,
  /** The lock file. */
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
