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

/** What an image of a version is called in a registry. */
@Api
public enum VersionTag {
  /** {@code 1.2.3}, which once published stays what it is. */
  FULL,
  /** {@code 1.2}: the newest of these. */
  MINOR,
  /** {@code 1}: the newest of these. */
  MAJOR,
  /** {@code latest}. */
  LATEST;

  /** As semver.org has it, with or without {@code v}; build metadata has no place in a tag. */
  private static final Pattern VERSION =
      Pattern.compile(
          "(?<major>v?(?:0|[1-9]\\d{0,8}))\\.(?<minor>0|[1-9]\\d{0,8})\\.(?:0|[1-9]\\d{0,8})"
              + "(?<prerelease>-[0-9A-Za-z.-]+)?");

  private static final Pattern FOLLOWING =
      Pattern.compile("v?(?:0|[1-9]\\d{0,8})(?:\\.(?:0|[1-9]\\d{0,8}))?");

  /** All four. */
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
                        + "\" is no kind of tag; use "
                        + Arrays.stream(values())
                            .map(VersionTag::toString)
                            .collect(Collectors.joining(", "))));
  }

  /**
   * The tags for a version, the most exact first. What is no release, such as {@code 1.3.0-rc.1} or
   * {@code dev}, goes by its own name alone, so that whoever follows {@code 1} or {@code latest}
   * gets releases.
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

  /** Whether a tag is of the kind that each new release takes over: {@code 1.2}, {@code latest}. */
  static boolean followsReleases(String tag) {
    return tag.equals("latest") || FOLLOWING.matcher(tag).matches();
  }

  /** Whether a version comes before the release of that name. */
  static boolean isPreRelease(String version) {
    Matcher matcher = VERSION.matcher(version);
    return matcher.matches() && matcher.group("prerelease") != null;
  }

  /** Whether both are releases, and one comes after the other; {@code v} makes no difference. */
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

  /** Whether a tag names one version for good. A snapshot is made to be replaced. */
  static boolean isFinal(String tag) {
    return VERSION.matcher(tag).matches() && !tag.endsWith("-SNAPSHOT");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
