package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.oci.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The packages of the stand-in repository. Programs are listed; the libraries that they need follow
 * from Debian's dependencies, so that the table is independent of a Debian release.
 */
final class PackageTable {

  private static final String BASH_SHELLS_ADD =
      """
      #!/bin/sh
      # Programs such as chsh and su take only shells that are listed.
      if ! grep -qxF /bin/bash /etc/shells 2>/dev/null; then
        echo /bin/bash >> /etc/shells
      fi
      """;

  private static final String BASH_SHELLS_REMOVE =
      """
      #!/bin/sh
      [ -f /etc/shells ] && sed -i '\\,^/bin/bash$,d' /etc/shells
      exit 0
      """;

  /** Files that only Debian's package tools and desktops read. */
  private static final List<String> DROPPED =
      List.of(
          "etc/apport/",
          "etc/ld.so.conf.d/",
          "usr/share/applications/",
          "usr/share/apport/",
          "usr/share/bug/",
          "usr/share/debianutils/",
          "usr/share/doc/",
          "usr/share/doc-base/",
          "usr/share/gdb/",
          "usr/share/icons/",
          "usr/share/info/",
          "usr/share/initramfs-tools/",
          "usr/share/lintian/",
          "usr/share/locale/",
          "usr/share/man/",
          "usr/share/menu/",
          "usr/share/pixmaps/",
          "usr/share/python3/runtime.d/");

  /**
   * Libraries under Alpine's names, without the version that Debian appends. Two of the names would
   * clash with packages of a real Alpine root and have a prefix: a root's {@code zlib} is musl's,
   * and apk would refuse to replace it.
   */
  private static final Map<Pattern, String> LIBRARIES = libraries();

  /**
   * Libraries that only Debian's dependencies request: those of gcc's sanitizers and transactional
   * memory, and those for configuring account lookups and remote calls.
   */
  private static final Pattern UNUSED =
      Pattern.compile(
          "lib(a|hwa|l|t|ub)san\\d+|libitm\\d+|libsasl2-modules-db|libc-dev-bin|rpcsvc-proto");

  static final String CERTIFICATES = "ca-certificates-bundle";

  private PackageTable() {}

  /** The prefix that separates libraries from musl's in a real Alpine root. */
  static final String LIBRARY_NAMESPACE = "so:gnu/";

  static List<PackageRecipe> packages(Platform platform) {
    String triple = triple(platform);
    List<PackageRecipe> table = new ArrayList<>();
    table.add(
        PackageRecipe.named("git")
            .from("git")
            .depending("ca-certificates-bundle")
            // Debian's package has full copies, Alpine's has links.
            .dropping("usr/lib/git-core/(git|git-shell|scalar)")
            .linking("usr/lib/git-core/git", "../../bin/git")
            .linking("usr/lib/git-core/git-shell", "../../bin/git-shell")
            .linking("usr/lib/git-core/scalar", "../../bin/scalar")
            .dropping("usr/share/gitweb(/.*)?", "usr/lib/git-core/git-imap-send")
            // Debian compiles these two names in; without them git log and git commit fail.
            .linking("usr/bin/pager", "less")
            .linking("usr/bin/editor", "vi"));
    table.add(PackageRecipe.named("curl").from("curl").depending("ca-certificates-bundle"));
    table.add(PackageRecipe.named("wget").from("wget").depending("ca-certificates-bundle"));
    table.add(
        PackageRecipe.named("vim")
            .from("vim")
            .depending("vim-common", "xxd")
            .linking("usr/bin/vim", "vim.basic")
            .linking("usr/bin/view", "vim.basic")
            .linking("usr/bin/ex", "vim.basic")
            .linking("usr/bin/rvim", "vim.basic")
            .linking("usr/bin/rview", "vim.basic")
            .linking("usr/bin/vimdiff", "vim.basic")
            .linking("usr/bin/vi", "vim"));
    table.add(PackageRecipe.named("vim-common").from("vim-common", "vim-runtime"));
    table.add(PackageRecipe.named("xxd").from("xxd"));
    table.add(PackageRecipe.named("nano").from("nano").depending("ncurses-terminfo-base"));
    table.add(
        PackageRecipe.named("bash")
            .from("bash")
            .depending("ncurses-terminfo-base")
            .linking("bin/bash", "/usr/bin/bash")
            .running(".post-install", BASH_SHELLS_ADD)
            .running(".post-upgrade", BASH_SHELLS_ADD)
            .running(".pre-deinstall", BASH_SHELLS_REMOVE));
    table.add(PackageRecipe.named("jq").from("jq").absorbing("libjq\\d.*"));
    table.add(PackageRecipe.named("less").from("less").depending("ncurses-terminfo-base"));
    table.add(PackageRecipe.named("ripgrep").from("ripgrep"));
    table.add(PackageRecipe.named("fd").from("fd-find").linking("usr/bin/fd", "fdfind"));
    table.add(PackageRecipe.named("openssh-client").from("openssh-client"));
    table.add(
        PackageRecipe.named("tini")
            .from("tini")
            .dropping("usr/bin/tini-static")
            .linking("sbin/tini", "/usr/bin/tini"));
    table.add(
        PackageRecipe.named("python3")
            .from("python3", "media-types", "python3-venv")
            .absorbing(
                "python3-minimal",
                "python3-(distutils|lib2to3|pip-whl|setuptools-whl)",
                "python3\\.\\d+-venv",
                "python3\\.\\d+(-minimal)?",
                "libpython3-stdlib",
                "libpython3\\.\\d+-(minimal|stdlib)")
            .depending("ca-certificates-bundle", "libgcc")
            .linking("usr/bin/python", "python3"));
    table.add(
        PackageRecipe.named("py3-pip")
            .from("python3-pip")
            .absorbing("python3-(setuptools|pkg-resources|wheel)")
            .depending("python3")
            .linking("usr/bin/pip", "pip3"));
    compilers(table, triple);
    table.add( // The shell of busybox-static would run its own wget and less, regardless of PATH.
        PackageRecipe.named("busybox")
            .from("busybox")
            .providing("/bin/sh")
            .linking("bin/busybox", "/usr/bin/busybox"));
    table.add(PackageRecipe.named(CERTIFICATES).from("ca-certificates"));
    table.add(PackageRecipe.named("ca-certificates").depending(CERTIFICATES));
    table.add(
        PackageRecipe.named("glibc")
            .from("libc6", "libc-bin")
            // In an Alpine root, the rest of libc-bin (ldd, iconv, getent) belongs to musl-utils.
            .takingOnly("usr/lib/locale/C.utf8/", "libc-bin")
            // Programs name their loader by this path; newer Debian packages create it differently.
            .linking(
                loader(platform),
                "/usr/lib/"
                    + triple
                    + loader(platform).substring(loader(platform).lastIndexOf('/')))
            // Character set modules take 8 MB, and find each other through $ORIGIN.
            .dropping("(usr/)?lib/" + triple + "/gconv(/.*)?"));
    table.add(PackageRecipe.named("ncurses-terminfo-base").from("ncurses-base"));
    table.add(PackageRecipe.named("libmagic").absorbing("libmagic\\d.*", "libmagic-mgc"));
    table.add(
        PackageRecipe.named("glibc-libssl3")
            .absorbing("libssl3.*")
            // OpenSSL searches below /usr/lib/ssl, which only Debian's openssl package creates.
            .depending("ca-certificates-bundle")
            .linking("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt")
            .linking("usr/lib/ssl/certs", "/etc/ssl/certs"));
    table.add(
        PackageRecipe.named("krb5-libs")
            .absorbing("libgssapi-krb5-.*", "libkrb5.*", "libk5crypto\\d.*"));
    table.add(PackageRecipe.named("nettle").absorbing("libnettle\\d.*", "libhogweed\\d.*"));
    table.add(
        PackageRecipe.named("ncurses-libs")
            .absorbing("libtinfo\\d.*", "libncurses.*")
            .depending("ncurses-terminfo-base"));
    return table;
  }

  private static void compilers(List<PackageRecipe> table, String triple) {
    table.add(
        PackageRecipe.named("build-base")
            .depending("binutils", "file", "g++", "gcc", "libc-dev", "make", "patch"));
    table.add(
        PackageRecipe.named("binutils")
            .from("binutils")
            .absorbing(
                "binutils-common",
                "binutils-" + triple.replace('_', '-'),
                "libbinutils",
                "libctf.*",
                "libgprofng.*",
                "libsframe.*"));
    table.add(
        PackageRecipe.named("gcc")
            .from("gcc", "cpp")
            .absorbing(
                "(gcc|cpp)-\\d+(-base|-" + triple.replace('_', '-') + ")?",
                "libgcc-\\d+-dev",
                "libcc1-.*")
            .depending("binutils", "libatomic", "libc-dev", "libgcc", "libgomp")
            // A debugging aid as large as the compiler, and libraries that need SANITIZERS.
            .dropping("usr/bin/.*lto-dump.*", "usr/lib/gcc/.*/lib(a|hwa|l|t|ub)san.*")
            .linking("usr/bin/cc", "gcc")
            .linking("usr/bin/c99", "c99-gcc")
            .linking("usr/bin/c89", "c89-gcc"));
    table.add(
        PackageRecipe.named("g++")
            .from("g++")
            .absorbing("g\\+\\+-\\d+(-" + triple.replace('_', '-') + ")?", "libstdc\\+\\+-\\d+-dev")
            .depending("gcc", "libstdc++")
            .linking("usr/bin/c++", "g++"));
    table.add(PackageRecipe.named("make").from("make"));
    table.add(PackageRecipe.named("patch").from("patch"));
    table.add(PackageRecipe.named("file").from("file").depending("libmagic"));
    table.add(PackageRecipe.named("libc-dev").depending("glibc-dev"));
    table.add(
        PackageRecipe.named("glibc-dev")
            .from("libc6-dev", "libcrypt-dev")
            .depending("glibc", "libxcrypt", "linux-headers"));
    table.add(PackageRecipe.named("linux-headers").from("linux-libc-dev"));
  }

  static boolean isDropped(String path) {
    return DROPPED.stream().anyMatch((path + "/")::startsWith);
  }

  /** Returns the package name for a Debian library. */
  static String libraryName(String debianName) {
    return LIBRARIES.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(debianName).matches())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(debianName);
  }

  /** Returns whether a Debian package is a library that is needed here. */
  static boolean isLibrary(DebianPackage debian) {
    return debian.isLibrary() && !UNUSED.matcher(debian.name()).matches();
  }

  /** Returns the recipe that contains a Debian package; empty if none does. */
  static Optional<PackageRecipe> owner(List<PackageRecipe> table, String debianName) {
    return table.stream().filter(recipe -> recipe.takes(debianName)).findFirst();
  }

  private static String loader(Platform platform) {
    return platform.machine().glibcLoader();
  }

  /** Returns the name of Debian's directory for libraries of an architecture. */
  static String triple(Platform platform) {
    return platform.machine().gnuTriplet();
  }

  private static Map<Pattern, String> libraries() {
    Map<Pattern, String> names = new LinkedHashMap<>();
    String[][] pairs = {
      {"zlib1g.*", "glibc-zlib"},
      {"libgcc-s\\d+", "libgcc"},
      {"libstdc\\+\\+\\d+", "libstdc++"},
      {"libgomp\\d+", "libgomp"},
      {"libatomic\\d+", "libatomic"},
      {"libquadmath\\d+", "libquadmath"},
      {"libcurl\\d+(t64)?", "libcurl"},
      {"libcurl\\d+(t64)?-gnutls", "libcurl-gnutls"},
      {"libpcre2-8-\\d+", "pcre2"},
      {"libexpat\\d+", "libexpat"},
      {"libreadline\\d+(t64)?", "readline"},
      {"libnghttp2-\\d+", "nghttp2-libs"},
      {"libidn2-\\d+", "libidn2"},
      {"libunistring\\d+", "libunistring"},
      {"libpsl\\d+(t64)?", "libpsl"},
      {"libssh2-\\d+(t64)?", "libssh2"},
      {"librtmp\\d+", "librtmp"},
      {"libbrotli\\d+", "brotli-libs"},
      {"libzstd\\d+", "zstd-libs"},
      {"liblzma\\d+", "xz-libs"},
      {"libbz2-.*", "libbz2"},
      {"libldap-?\\d.*", "libldap"},
      {"libsasl2-\\d+", "libsasl"},
      {"libcom-err\\d+", "libcom_err"},
      {"libkeyutils\\d+", "keyutils-libs"},
      {"libgnutls\\d+(t64)?", "gnutls"},
      {"libgmp\\d+", "gmp"},
      {"libp11-kit\\d+", "p11-kit"},
      {"libtasn1-\\d+", "libtasn1"},
      {"libffi\\d+", "libffi"},
      {"libuuid\\d+(t64)?", "libuuid"},
      {"libacl\\d+(t64)?", "acl-libs"},
      {"libattr\\d+(t64)?", "attr-libs"},
      {"libgpm\\d+", "gpm-libs"},
      {"libselinux\\d+(t64)?", "libselinux"},
      {"libsodium\\d+", "libsodium"},
      {"libonig\\d+.*", "oniguruma"},
      {"libisl\\d+", "isl"},
      {"libmpc\\d+", "mpc1"},
      {"libmpfr\\d+", "mpfr4"},
      {"libjansson\\d+", "jansson"},
      {"libsqlite3-\\d+.*", "sqlite-libs"},
      {"libdb\\d.*", "db"},
      {"libnsl\\d+", "libnsl"},
      {"libtirpc\\d+.*", "libtirpc"},
      {"libcrypt\\d+", "libxcrypt"},
    };
    for (String[] pair : pairs) {
      names.put(Pattern.compile(pair[0]), pair[1]);
    }
    return names;
  }
}
