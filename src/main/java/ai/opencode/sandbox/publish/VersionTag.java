package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A kind of tag under which a version of an image is published in a registry. */
@Api
public enum VersionTag {
  /** The full version, such as {@code 1.2.3}, which is immutable once published. */
  FULL,
  /** A tag such as {@code 1.2}, which names the newest version that begins with {@code 1.2.}. */
  MINOR,
  /** A tag such as {@code 1}, which names the newest version that begins with {@code 1.}. */
  MAJOR,
  /** The tag {@code latest}, which names the newest version. */
  LATEST;

  /**
   * A version by Semantic Versioning 2.0.0, with or without {@code v}, and without build metadata,
   * because a tag cannot contain {@code +}.
   */
  private static final Pattern VERSION =
      Pattern.compile(
          "(?<major>v?(?:0|[1-9]\\d{0,8}))\\.(?<minor>0|[1-9]\\d{0,8})\\.(?:0|[1-9]\\d{0,8})"
              + "(?<prerelease>-[0-9A-Za-z.-]+)?");

  private static final Pattern FOLLOWING =
      Pattern.compile("v?(?:0|[1-9]\\d{0,8})(?:\\.(?:0|[1-9]\\d{0,8}))?");

  /** Returns all kinds. */
  public static Set<VersionTag> all() {
    return EnumSet.allOf(VersionTag.class);
  }

  /** Parses {@code full}, {@code minor}, {@code major} or {@code latest}. */
  public static VersionTag of(String text) {
    return Arrays.stream(values())
        .filter(tag -> tag.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "\""
                        + text
                        + "\" is not a kind of tag. Use one of "
                        + Arrays.stream(values())
                            .map(VersionTag::toString)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  /**
   * Returns the tags for a version, the most exact first. A version that is not a release, such as
   * {@code 1.3.0-rc.1} or {@code dev}, gets only its own tag, so that {@code 1} and {@code latest}
   * always name releases.
   */
  static List<String> of(String version, Set<VersionTag> kinds) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches() || matcher.group("prerelease") != null) {
      return List.of(version);
    }
    List<String> tags = new ArrayList<>();
    for (VersionTag kind : EnumSet.copyOf(kinds)) {
      tags.add(
          switch (kind) {
            case FULL -> version;
            case MINOR -> matcher.group("major") + "." + matcher.group("minor");
            case MAJOR -> matcher.group("major");
            case LATEST -> "latest";
          });
    }
    return tags;
  }

  /** Returns whether each new release gets the tag, as {@code 1.2} and {@code latest}. */
  static boolean followsReleases(String tag) {
    return tag.equals("latest") || FOLLOWING.matcher(tag).matches();
  }

  /** Returns whether a version is a pre-release, such as {@code 1.3.0-rc.1}. */
  static boolean isPreRelease(String version) {
    Matcher matcher = VERSION.matcher(version);
    return matcher.matches() && matcher.group("prerelease") != null;
  }

  /**
   * Returns whether both versions are releases, and {@code version} is newer than {@code other}; a
   * leading {@code v} is ignored.
   */
  static boolean isNewer(String version, String other) {
    return isRelease(version)
        && isRelease(other)
        && Arrays.compare(numbers(version), numbers(other)) > 0;
  }

  private static boolean isRelease(String version) {
    return VERSION.matcher(version).matches() && !isPreRelease(version);
  }

  private static int[] numbers(String release) {
    return Arrays.stream(release.replaceFirst("^v", "").split("\\.", -1))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /**
   * Returns whether a tag is a full version, which is never published twice; a snapshot may be
   * replaced.
   */
  static boolean isFinal(String tag) {
    return VERSION.matcher(tag).matches() && !tag.endsWith("-SNAPSHOT");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
