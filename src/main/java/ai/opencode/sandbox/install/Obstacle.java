package ai.opencode.sandbox.install;

import ai.opencode.sandbox.stability.Api;

/**
 * A reason why a package's data segment cannot be a layer as it stands.
 *
 * @param path that it concerns, without leading slash; empty where it concerns the whole package
 * @param other the second thing that the kind names; empty where it names none
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
    /** A path goes through a link of the layers below; the other is the place it leads to. */
    THROUGH_LINK,
    /** The other is the name of an owner who has other numbers in this image. */
    OTHER_OWNER,
    /** The other is a PAX record that is not known. */
    UNKNOWN_RECORD,
    /** The other is an extended attribute that some engines refuse. */
    REFUSED_ATTRIBUTE,
    /** The package does not list a directory on the way to its entries. */
    UNLISTED_DIRECTORY,
    /** A directory is a link in the layers below; the other is the place it leads to. */
    DIRECTORY_IS_LINK,
    /** A hard link has another mode than its target. */
    HARD_LINK_MODE,
    /** A hard link has another owner than its target. */
    HARD_LINK_OWNER,
    /** An entry is a device or a pipe. */
    SPECIAL_FILE,
    /** A file stays with the package that the other names. */
    STAYS_WITH_OTHER,
    /** A protected file is there already, with the same content. */
    ALREADY_THERE,
    /** A protected file was changed, and the package's goes beside it. */
    CHANGED_FILE_STAYS,
    /** A later package takes the file over; the other names it, or is empty where nobody has it. */
    TAKEN_OVER
  }
}
