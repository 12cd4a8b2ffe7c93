package ai.opencode.sandbox.install.scripts;

/**
 * A file of certificates, or a line of their selection, that is not used as its author expects.
 *
 * @param path the file without leading slash; it may contain any character
 * @param line the line of the selection; empty for the other kinds
 */
public record CertificateFlaw(Kind kind, String path, String line) {

  /** The kinds of flaw. */
  public enum Kind {
    /** The package that reads the file is not installed. */
    PACKAGE_MISSING,
    /** The selection cannot be read. */
    SELECTION_UNREADABLE,
    /** A line of the selection names no file of a package. */
    INVALID_LINE,
    /** A selected file cannot be read. */
    SELECTED_UNREADABLE,
    /** One of the user's own files is hidden or in a subdirectory. */
    HIDDEN,
    /** One of the user's own files is not a regular file. */
    OWN_UNREADABLE,
    /** A file in the bundle has no readable certificate. */
    NO_CERTIFICATE,
    /** A file in the bundle has an unreadable certificate beside readable ones. */
    BROKEN_CERTIFICATE,
    /** A file among the links has unknown content, so its hash is unknown too. */
    NO_HASH_LINK
  }

  static CertificateFlaw of(Kind kind, String path) {
    return new CertificateFlaw(kind, path, "");
  }
}
