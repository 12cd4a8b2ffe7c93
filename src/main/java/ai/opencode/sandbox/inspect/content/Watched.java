package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.evidence.PackageJson;
import java.util.Set;
import java.util.regex.Pattern;

/** The files whose content checks read; for all others a checksum suffices. */
final class Watched {

  /**
   * A limit above the size of any real file of these; the database of the developer image has 2 MB.
   */
  static final int MAX_BYTES = 32 << 20;

  /** The limit for all of them in an image together, because they are in memory at once. */
  static final long MAX_TOTAL_BYTES = 64L << 20;

  private static final Set<String> FILES =
      Set.of(
          "etc/apk/arch",
          "etc/apk/repositories",
          "etc/apk/world",
          "etc/busybox-paths.d/busybox",
          "etc/ca-certificates.conf",
          "etc/gitconfig",
          "etc/group",
          "etc/ld.so.conf",
          "etc/os-release",
          "etc/passwd",
          "etc/shadow",
          "etc/shells",
          "etc/ssl/certs/ca-certificates.crt",
          "usr/lib/os-release");

  private static final Pattern NAMES =
      Pattern.compile(
          "(?:usr/)?lib/apk/db/(?:installed|triggers|scripts\\.tar(?:\\.gz)?)"
              + "|etc/apk/keys/[^/]+"
              + "|etc/ld-musl-[^/]+\\.path"
              + "|etc/ld\\.so\\.conf\\.d/[^/]+"
              + "|usr/(?:local/)?share/ca-certificates/.+");

  private Watched() {}

  static boolean is(String path) {
    return FILES.contains(path) || NAMES.matcher(path).matches() || PackageJson.isAt(path);
  }
}
