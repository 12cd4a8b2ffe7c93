package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * A reason why a package's data segment cannot be stored verbatim as a layer. All paths are without
 * leading slash.
 */
@Api
public sealed interface Obstacle {

  /** A result for each type; without one for a new type nothing compiles. */
  interface Cases<T> {

    T of(NotUnpacked obstacle);

    T of(AtPath obstacle);

    T of(ThroughLink obstacle);

    T of(DirectoryIsLink obstacle);

    T of(OtherOwner obstacle);

    T of(UnknownRecord obstacle);

    T of(RefusedAttribute obstacle);

    T of(StaysWithOther obstacle);

    T of(TakenOver obstacle);
  }

  /** Returns the result of the case that is this obstacle's. */
  <T> T in(Cases<T> cases);

  /** The package's size is 0, and apk then does not unpack it. */
  record NotUnpacked() implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /** Kinds of obstacles that their path says all about. */
  enum Kind {
    /** The package lists a path twice. */
    LISTED_TWICE,
    /** apk leaves an entry out that an engine would extract. */
    LEFT_OUT,
    /** The package does not list a parent directory of its entries. */
    UNLISTED_DIRECTORY,
    /** A hard link has another mode than its target. */
    HARD_LINK_MODE,
    /** A hard link has another owner than its target. */
    HARD_LINK_OWNER,
    /** An entry is a device or a pipe. */
    SPECIAL_FILE,
    /** A protected file exists already, with the same content. */
    ALREADY_THERE,
    /** A protected file was changed, so the package's is added as {@code .apk-new}. */
    CHANGED_FILE_STAYS
  }

  /** An obstacle with nothing but a path. */
  record AtPath(Kind kind, String path) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * A path contains a link of the layers below.
   *
   * @param place the path without links
   */
  record ThroughLink(String path, String place) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * A directory is a link in the layers below.
   *
   * @param place the path without links
   */
  record DirectoryIsLink(String path, String place) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * The owner has other numbers in this image.
   *
   * @param owner the names of user and group, such as {@code tools:tools}
   */
  record OtherOwner(String path, String owner) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * An entry has an unknown PAX record.
   *
   * @param name the record's name
   */
  record UnknownRecord(String path, String name) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * An entry has an extended attribute that some engines refuse.
   *
   * @param name the name of its PAX record
   */
  record RefusedAttribute(String path, String name) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * Another package keeps the file.
   *
   * @param keeper that package
   */
  record StaysWithOther(String path, PackageId keeper) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * The file does not belong to the package after the installation.
   *
   * @param by the later package that takes the file over; empty if none has it
   */
  record TakenOver(String path, Optional<PackageId> by) implements Obstacle {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }
}
