package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The treatment of the packages that a base image brings. */
@Api
public enum BasePackages {
  /** Bring them up to date first, as {@code apk upgrade} does. */
  UPGRADE,

  /** Keep the builds that the base image has, unless a package that is asked for needs another. */
  KEEP;

  /** Parses {@code upgrade} or {@code keep}. */
  public static Optional<BasePackages> of(String word) {
    return Arrays.stream(values()).filter(each -> each.toString().equals(word)).findFirst();
  }

  /** Returns the word that options and locks have for it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
