package ai.opencode.sandbox.upstream.standin;

import java.io.IOException;
import java.util.List;

/**
 * The package of a root file system's initial directories and files, as in Alpine's package {@code
 * alpine-baselayout}.
 */
final class BaseLayout {

  static final String NAME = "sandbox-baselayout";

  private static final int SHADOW_GROUP = 42;

  private static final List<String> DIRECTORIES =
      List.of(
          "bin",
          "dev",
          "etc",
          "etc/apk",
          "etc/apk/keys",
          "etc/profile.d",
          "etc/ssl",
          "home",
          "lib",
          "media",
          "mnt",
          "opt",
          "run",
          "sbin",
          "srv",
          "usr",
          "usr/bin",
          "usr/lib",
          "usr/local",
          "usr/local/bin",
          "usr/local/lib",
          "usr/local/sbin",
          "usr/local/share",
          "usr/sbin",
          "usr/share",
          "var",
          "var/cache",
          "var/lib",
          "var/log",
          "var/spool");

  private static final String OS_RELEASE =
      """
      NAME="OpenCode Sandbox stand-in"
      ID=opencode-sandbox-stand-in
      ID_LIKE=debian
      PRETTY_NAME="OpenCode Sandbox stand-in (Debian packages in Alpine's format, for trying out)"
      """;

  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      bin:x:1:1:bin:/bin:/sbin/nologin
      daemon:x:2:2:daemon:/sbin:/sbin/nologin
      mail:x:8:12:mail:/var/mail:/sbin/nologin
      nobody:x:65534:65534:nobody:/:/sbin/nologin
      """;

  private static final String GROUP =
      """
      root:x:0:root
      bin:x:1:root,bin,daemon
      daemon:x:2:root,bin,daemon
      sys:x:3:root,bin
      adm:x:4:root,daemon
      tty:x:5:
      mail:x:12:mail
      shadow:x:42:
      users:x:100:
      nogroup:x:65533:
      nobody:x:65534:
      """;

  private static final String SHADOW =
      """
      root:*::0:::::
      bin:!::0:::::
      daemon:!::0:::::
      mail:!::0:::::
      nobody:!::0:::::
      """;

  private static final String PROFILE =
      """
      export PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"
      export PAGER=less
      umask 022
      for script in /etc/profile.d/*.sh; do
        [ -r "$script" ] && . "$script"
      done
      unset script
      """;

  private static final String HOSTS =
      """
      127.0.0.1 localhost
      ::1 localhost ip6-localhost
      """;

  private static final String NSSWITCH =
      """
      passwd: files
      group: files
      shadow: files
      hosts: files dns
      """;

  private BaseLayout() {}

  static PlannedPackage plan(String architecture) {
    return PlannedPackage.of(
        NAME,
        "1.0.0-r0",
        architecture,
        new PlannedPackage.About(
            "Folders and first files of the stand-in's root", "", "Apache-2.0", NAME, ""),
        String.join(
            "\n",
            DIRECTORIES.toString(),
            OS_RELEASE,
            PASSWD,
            GROUP,
            SHADOW,
            PROFILE,
            HOSTS,
            NSSWITCH),
        BaseLayout::fill);
  }

  private static void fill(ApkBuilder into) throws IOException {
    for (String directory : DIRECTORIES) {
      into.directory(directory, 0755);
    }
    into.directory("proc", 0555);
    into.directory("root", 0700);
    into.directory("sys", 0555);
    into.directory("tmp", 01777);
    into.directory("var/empty", 0555);
    into.directory("var/tmp", 01777);
    into.symbolicLink("var/run", "/run");
    into.symbolicLink("etc/mtab", "/proc/mounts");
    into.file("etc/os-release", 0644, OS_RELEASE);
    into.file("etc/passwd", 0644, PASSWD);
    into.file("etc/group", 0644, GROUP);
    into.file(
        "etc/shadow",
        ApkBuilder.attributes(0640).withOwner(0, SHADOW_GROUP).withNames("root", "shadow"),
        SHADOW);
    into.file("etc/shells", 0644, "/bin/sh\n/bin/ash\n");
    into.file("etc/profile", 0644, PROFILE);
    into.file("etc/hosts", 0644, HOSTS);
    into.file("etc/nsswitch.conf", 0644, NSSWITCH);
  }
}
