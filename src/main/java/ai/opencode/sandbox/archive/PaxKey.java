package ai.opencode.sandbox.archive;

import java.util.Set;

/** The effect of a PAX record's key on tools that extract an archive. */
enum PaxKey {
  /** The record replaces a header field, or is irrelevant for extraction. */
  FIELD,

  /** The record describes the file, or has no meaning for this program. */
  RECORD,

  /**
   * Some tool lets the record change an entry's place, type or content. GNU's sparse files (three
   * formats) have their own name, size and map, and its volumes and incremental archives have their
   * own types; Solaris's and Schily's tar have equivalents.
   */
  REFUSED;

  private static final Set<String> FIELDS =
      Set.of(
          "path",
          "linkpath",
          "size",
          "uid",
          "gid",
          "uname",
          "gname",
          "mtime",
          "atime",
          "ctime",
          "comment",
          "charset",
          "hdrcharset",
          "LIBARCHIVE.creationtime",
          "SCHILY.dev",
          "SCHILY.devmajor",
          "SCHILY.devminor",
          "SCHILY.fflags",
          "SCHILY.ino",
          "SCHILY.nlink");

  private static final Set<String> OF_SCHILY =
      Set.of(
          "SCHILY.archtype",
          "SCHILY.dir",
          "SCHILY.filetype",
          "SCHILY.linkpath",
          "SCHILY.offset",
          "SCHILY.path",
          "SCHILY.realsize",
          "SCHILY.release",
          "SCHILY.size",
          "SCHILY.tarfiletype");

  static PaxKey of(String key) {
    if (FIELDS.contains(key)) {
      return FIELD;
    }
    boolean refused =
        key.startsWith("GNU.")
            || key.startsWith("SUN.")
            || key.startsWith("SCHILY.volhdr.")
            || OF_SCHILY.contains(key);
    return refused ? REFUSED : RECORD;
  }
}
