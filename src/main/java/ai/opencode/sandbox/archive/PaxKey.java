package ai.opencode.sandbox.archive;

import java.util.Set;

/** What the key of a PAX record is to the tools that extract an archive. */
enum PaxKey {
  /** It replaces a field of the header, or says what extracting does not need. */
  FIELD,

  /** It describes the file, or means nothing to this program. */
  RECORD,

  /**
   * Some tool lets it change an entry's place, type or content: GNU's sparse files (three formats)
   * have a name, a size and a map of their own, its volumes and incremental archives other types;
   * Solaris and Schily's tar have the same in other words.
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
