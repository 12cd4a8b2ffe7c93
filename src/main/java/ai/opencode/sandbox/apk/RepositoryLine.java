package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A repository as in a line of {@code /etc/apk/repositories}: an address or directory, or
 * {@code @TAG} and an address or directory.
 *
 * @param tag the word after {@code @}; null for a repository without a tag
 * @param location the address or directory
 */
@Api
public record RepositoryLine(@Nullable String tag, RepositoryLocation location)
    implements Comparable<RepositoryLine> {

  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*");

  /**
   * Checks a line with a tag.
   *
   * @throws UsageException if a tag has no repository or cannot be one, or the file of repositories
   *     could not name a tagged repository
   */
  public RepositoryLine {
    if (tag != null) {
      requireTagged(tag, location.text());
    }
  }

  private static void requireTagged(String tag, String location) {
    if (!TAG.matcher(tag).matches() || location.isEmpty()) {
      throw new UsageException(
          "\""
              + shown(tag, location)
              + "\" is not a repository with a tag. Write it as \"@acme https://apk.acme.example/v1\".");
    }
    if (location.chars().anyMatch(each -> each <= ' ' || each == 0x7f || each == '#')) {
      throw new UsageException(
          "The repository of @"
              + tag
              + " has a space or # in its name, which apk could not read. Use another directory or"
              + " address.");
    }
  }

  /**
   * Parses a line.
   *
   * @throws UsageException as the constructor does
   */
  public static RepositoryLine of(String text) {
    if (!text.startsWith("@")) {
      return new RepositoryLine(null, new RepositoryLocation(text));
    }
    int space = text.indexOf(' ');
    String tag = space < 0 ? text.substring(1) : text.substring(1, space);
    String location = space < 0 ? "" : text.substring(space + 1).trim();
    requireTagged(tag, location);
    return new RepositoryLine(tag, new RepositoryLocation(location));
  }

  /** Returns a malformed line for a message; its address may have a password in it. */
  private static String shown(String tag, String location) {
    return "@"
        + ServerAddress.shown(tag)
        + (location.isEmpty() ? "" : " " + ServerAddress.shown(location));
  }

  /** Returns this line with another location. */
  public RepositoryLine at(RepositoryLocation newLocation) {
    return new RepositoryLine(tag, newLocation);
  }

  /** Returns whether the line has a tag. */
  public boolean isTagged() {
    return tag != null;
  }

  /** Returns whether the repository is on a server, not in a directory of this machine. */
  public boolean isAddress() {
    return location.isAddress();
  }

  @Override
  public int compareTo(RepositoryLine other) {
    return toString().compareTo(other.toString());
  }

  /** Returns the line as apk reads it. */
  @Override
  public String toString() {
    return tag == null ? location.text() : "@" + tag + " " + location;
  }
}
