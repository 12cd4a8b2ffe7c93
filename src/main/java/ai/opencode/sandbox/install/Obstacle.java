package ai.opencode.sandbox.install;

import ai.opencode.sandbox.stability.Api;

/**
 * A reason why a package's data segment cannot be stored verbatim as a layer.
 *
 * @param path the path concerned, without leading slash; empty if it is the whole package
 * @param other the kind's second value; empty if it has none
 */
@Api
public record Obstacle(Kind kind, String path, String other) {

  /** Kinds of obstacles. */
  public enum Kind {
    /** The package's size is 0, and apk then does not unpack it. */
    NOT_UNPACKED,
    /** The package lists a path twice. */
    LISTED_TWICE,
    /** apk leaves an entry out that an engine would extract. */
    LEFT_OUT,
    /** A path contains a link of the layers below; the other is the resolved path. */
    THROUGH_LINK,
    /** The owner has other numbers in this image; the other is the owner's name. */
    OTHER_OWNER,
    /** An entry has an unknown PAX record; the other is its name. */
    UNKNOWN_RECORD,
    /** An entry has an extended attribute that some engines refuse; the other is its name. */
    REFUSED_ATTRIBUTE,
    /** The package does not list a parent directory of its entries. */
    UNLISTED_DIRECTORY,
    /** A directory is a link in the layers below; the other is the resolved path. */
    DIRECTORY_IS_LINK,
    /** A hard link has another mode than its target. */
    HARD_LINK_MODE,
    /** A hard link has another owner than its target. */
    HARD_LINK_OWNER,
    /** An entry is a device or a pipe. */
    SPECIAL_FILE,
    /** Another package keeps the file; the other is that package. */
    STAYS_WITH_OTHER,
    /** A protected file exists already, with the same content. */
    ALREADY_THERE,
    /** A protected file was changed, so the package's is added as {@code .apk-new}. */
    CHANGED_FILE_STAYS,
    /** A later package takes the file over; the other is that package, or empty if none has it. */
    TAKEN_OVER
  }
}
