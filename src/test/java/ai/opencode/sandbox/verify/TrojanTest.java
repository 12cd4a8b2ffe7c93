package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing in an image comes before a package's program, or runs beside it, without a finding: no
 * file, no link, no setting. An exception to a rule depends on a file's content, not on its path.
 */
@Execution(ExecutionMode.CONCURRENT)
class TrojanTest {

  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());
  private static final String SCRIPT = "#!/bin/sh\nexec /usr/bin/git\n";
  private static final String PATH = "/home/opencode/.local/bin:/usr/local/bin:/usr/bin:/bin:/sbin";

  /** A trojan. */
  private record Trojan(String says, String where, Consumer<ASandbox> change) {
    @Override
    public String toString() {
      return says;
    }
  }

  @TempDir private Path folder;

  static Stream<Trojan> ofTheBase() {
    return Stream.of(exceptions(), accounts(), searchPath(), startUp(), environment(), settings())
        .flatMap(List::stream);
  }

  private static List<Trojan> exceptions() {
    List<Trojan> all = new ArrayList<>();
    for (String path :
        List.of(
            "usr/local/bin/node",
            "usr/local/bin/docker-entrypoint.sh",
            "usr/local/LICENSE",
            "usr/local/include/node/node.h",
            "usr/local/share/evil",
            "usr/local/share/ca-certificates/deep/er.crt",
            "usr/local/lib/node_modules/evil/index.js",
            "usr/local/lib/opencode-sandbox/global-modules.cjs",
            "usr/local/lib/opencode-sandbox/other.cjs",
            "usr/local/etc/npmrc",
            "usr/local/lib/libc.so",
            "etc/apk/cache",
            "etc/ssl/certs/ca-cert-evil.pem",
            "etc/ssl/certs/0123abcd.0")) {
      all.add(new Trojan("a file at an excepted path: " + path, "/" + path, file(path, 0644)));
    }
    all.add(
        new Trojan(
            "git runs a program of one's own",
            "/etc/gitconfig",
            image ->
                image.content(
                    "etc/gitconfig",
                    image.text("etc/gitconfig") + "[core]\n\tfsmonitor = /tmp/x\n")));
    all.add(
        new Trojan(
            "git's settings may be run",
            "/etc/gitconfig",
            image -> image.mode("etc/gitconfig", 0755)));
    all.add(
        new Trojan(
            "git's settings are another's",
            "/etc/gitconfig",
            image -> image.owner("etc/gitconfig", 0, 42)));
    all.add(
        new Trojan(
            "git's settings are a link",
            "/etc/gitconfig",
            image ->
                image
                    .file("etc/other", 0644, ASandbox.brought("base/etc/gitconfig"))
                    .link("etc/gitconfig", "other")));
    all.add(
        new Trojan(
            "an upper layer replaces git's settings",
            "/etc/gitconfig",
            image -> image.layer(new TarEntry.File("etc/gitconfig", Attributes.of(0644), 0))));
    all.add(
        new Trojan(
            "a link to busybox in the wrong place",
            "/usr/local/bin/git",
            image -> image.link("usr/local/bin/git", "/bin/busybox")));
    all.add(
        new Trojan(
            "a link to a busybox of one's own",
            "/usr/bin/awk",
            image ->
                image
                    .file("opt/bin/busybox", 0755, SCRIPT)
                    .link("usr/bin/awk", "/opt/bin/busybox")));
    all.add(
        new Trojan(
            "a command leads to a package of npm's that nothing accounts for",
            "/usr/local/bin/yarn",
            image ->
                image
                    .file("usr/local/lib/node_modules/yarn/yarn.js", 0755, "#!/usr/bin/env node\n")
                    .link("usr/local/bin/yarn", "../lib/node_modules/yarn/yarn.js")));
    all.add(
        new Trojan(
            "a certificate's link leads to a file of one's own",
            "/etc/ssl/certs/ca-cert-evil.pem",
            image ->
                image
                    .file("opt/evil", 0644, "")
                    .link("etc/ssl/certs/ca-cert-evil.pem", "/opt/evil")));
    for (String type : List.of("", "TRUSTED ", "X509 ")) {
      all.add(
          new Trojan(
              "one more authority behind the image's own: " + type,
              "/etc/ssl/certs/ca-certificates.crt",
              image ->
                  image
                      .directory("usr/local/share/ca-certificates", 0755, 0, 0)
                      .file("usr/local/share/ca-certificates/a.crt", 0644, certificate("YQ=="))
                      .content(
                          "etc/ssl/certs/ca-certificates.crt",
                          certificate("YQ==")
                              + certificate("ZXZpbA==").replace("CERT", type + "CERT"))));
    }
    all.add(
        new Trojan(
            "packages come from a directory",
            "/etc/apk/repositories",
            image -> image.file("etc/apk/repositories", 0644, "/workspace/packages\n")));
    all.add(
        new Trojan(
            "a key under the stand-in's label",
            "/etc/apk/keys/evil.rsa.pub",
            image ->
                image
                    .label("ai.opencode.sandbox.upstream", "stand-in")
                    .file("etc/apk/keys/evil.rsa.pub", 0644, "key")));
    return all;
  }

  private static String certificate(String content) {
    return "-----BEGIN CERTIFICATE-----\n" + content + "\n-----END CERTIFICATE-----\n";
  }

  /** Lines that libraries read as root's or the user's, but a lenient parser as another user's. */
  private static List<Trojan> accounts() {
    List<Trojan> all = new ArrayList<>();
    for (String line :
        List.of(
            "evil:x:01000:1000::/tmp:/bin/sh",
            "evil:x:+0:0::/root:/bin/sh",
            "evil:x:4294967296:0::/root:/bin/sh",
            "evil:x:-1:0::/root:/bin/sh",
            "evil:x: 0:0::/root:/bin/sh",
            "evil:x:77:00::/tmp:/bin/sh",
            "evil:x:77",
            "+evil:x:77:77::/tmp:/bin/sh",
            "evil:x:77:77::/tmp:/workspace/sh",
            "evil:x:77:77::/tmp:/bin/sh:/bin/bash")) {
      all.add(
          new Trojan(
              "the account " + line,
              "/etc/passwd",
              image -> image.content("etc/passwd", line + "\n" + image.text("etc/passwd"))));
    }
    all.add(
        new Trojan(
            "root's home is everybody's",
            "/etc/passwd",
            image -> image.edit("etc/passwd", "root:/root:", "root:/tmp:")));
    all.add(
        new Trojan(
            "root's shell is the user's",
            "/etc/passwd",
            image -> image.edit("etc/passwd", ":/bin/sh", ":/workspace/sh")));
    for (String line : List.of("evil:x:01000:", "evil:x:0x0:opencode", "evil:x:+0:opencode")) {
      all.add(
          new Trojan(
              "the group " + line,
              "/etc/group",
              image -> image.content("etc/group", line + "\n" + image.text("etc/group"))));
    }
    return all;
  }

  private static List<Trojan> searchPath() {
    List<Trojan> all = new ArrayList<>();
    for (String place :
        List.of("home/opencode/.local/bin", "usr/local/sbin", "usr/local/bin", "usr/sbin")) {
      String path = place + "/git";
      all.add(new Trojan("a program in " + place, "/" + path, file(path, 0755)));
      all.add(
          new Trojan(
              "a link in " + place,
              "/" + path,
              image -> image.file("opt/evil", 0755, SCRIPT).link(path, "/opt/evil")));
      all.add(
          new Trojan(
              "a link that leads nowhere yet in " + place,
              "/" + path,
              image -> image.link(path, "/workspace/git")));
      all.add(
          new Trojan(
              "a second name of a package's other program in " + place,
              "/" + path,
              image -> image.file(path, 0755, "").link(path, "/usr/bin/nano")));
    }
    all.add(
        new Trojan(
            "a directory is a link",
            "/usr/local/bin",
            image -> image.link("usr/local/bin", "/opt/bin").file("opt/bin/git", 0755, SCRIPT)));
    all.add(
        new Trojan(
            "a directory's parent is a link",
            "/usr/local",
            image ->
                image
                    .remove(ASandbox.START)
                    .remove("usr/local/lib/opencode-sandbox")
                    .remove("usr/local/lib")
                    .link("usr/local", "/opt")
                    .file("opt/bin/git", 0755, SCRIPT)));
    all.add(
        new Trojan(
            "the user's own directory is a link",
            "/home/opencode/.local/bin",
            image -> image.link("home/opencode/.local/bin", "/tmp")));
    for (String more :
        List.of(
            "",
            ".",
            "bin",
            "./bin",
            "../bin",
            "/tmp",
            "/var/tmp/new",
            "/workspace",
            "/workspace/node_modules/.bin",
            "/workspace/../usr/bin",
            "/usr/bin/",
            "//usr/bin",
            "/usr/./bin",
            "/home/opencode/bin",
            "/opt/bin",
            "/dev/shm",
            "/proc/self/cwd",
            "~/bin",
            "$HOME/bin")) {
      all.add(
          new Trojan(
              "PATH begins with \"" + more + "\"",
              "PATH",
              image -> image.environment("PATH", more + ":" + PATH)));
      all.add(
          new Trojan(
              "PATH ends with \"" + more + "\"",
              "PATH",
              image -> image.environment("PATH", PATH + ":" + more)));
    }
    all.add(new Trojan("no PATH", "PATH", image -> image.environment("PATH", null)));
    return all;
  }

  private static List<Trojan> startUp() {
    List<Trojan> all = new ArrayList<>();
    for (String path :
        List.of(
            "etc/profile.d/x.sh",
            "etc/profile",
            "etc/bash.bashrc",
            "etc/bash/bashrc",
            "etc/npmrc",
            "etc/hosts",
            "etc/resolv.conf",
            "etc/nsswitch.conf",
            "etc/environment",
            "etc/inputrc",
            "etc/curlrc",
            "etc/wgetrc",
            "etc/vim/vimrc",
            "etc/nanorc",
            "etc/ld.so.preload",
            "etc/ld.so.conf",
            "etc/ld.so.conf.d/x.conf",
            "etc/ld.so.cache",
            "etc/ld-musl-x86_64.path",
            "etc/ssl/openssl.cnf",
            "etc/xdg/git/config",
            "root/.bashrc",
            "home/opencode/.bashrc",
            "home/opencode/.bash_profile",
            "home/opencode/.profile",
            "home/opencode/.npmrc",
            "home/opencode/.gitconfig",
            "home/opencode/.config/git/config",
            "home/opencode/.vimrc",
            "home/opencode/.cache/npm/_cacache/x",
            "home/opencode/.cache/node-gyp/24/include/node/common.gypi",
            "home/opencode/.local/lib/python3.12/site-packages/usercustomize.py",
            "home/opencode/node_modules/x/index.js",
            "workspace/.git/config",
            "workspace/.npmrc",
            "node_modules/x/index.js",
            "package.json",
            "usr/lib/python3.12/sitecustomize.py",
            "usr/lib/python3.12/site-packages/x.pth",
            "usr/lib/node_modules/npm/npmrc",
            "usr/lib/libssl.so.3",
            "lib/libssl.so.3",
            "usr/libexec/git-core/git-x",
            "usr/share/git-core/templates/hooks/post-checkout",
            "var/spool/cron/crontabs/opencode",
            "opt/x")) {
      all.add(new Trojan("a file that is read at start: " + path, "/" + path, file(path, 0644)));
    }
    return all;
  }

  private static List<Trojan> environment() {
    List<Trojan> all = new ArrayList<>();
    for (String name :
        List.of(
            "BASH_ENV",
            "ENV",
            "BASH_FUNC_git%%",
            "PROMPT_COMMAND",
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "LD_AUDIT",
            "GLIBC_TUNABLES",
            "NODE_OPTIONS",
            "NODE_PATH",
            "NODE_EXTRA_CA_CERTS",
            "GIT_SSH_COMMAND",
            "GIT_EXEC_PATH",
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_COUNT",
            "GIT_EDITOR",
            "GIT_PAGER",
            "PYTHONSTARTUP",
            "PYTHONPATH",
            "npm_config_script_shell",
            "NPM_CONFIG_REGISTRY",
            "npm_config_prefix",
            "EDITOR",
            "PAGER",
            "LESSOPEN",
            "MAKEFLAGS",
            "SSL_CERT_FILE",
            "https_proxy",
            "XDG_CONFIG_HOME",
            "SHELL")) {
      all.add(new Trojan(name + " is set", name, image -> image.environment(name, "/tmp/x")));
    }
    for (String name : List.of("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")) {
      all.add(
          new Trojan(
              name + " leads elsewhere though there is an authority of the image's own",
              name,
              image ->
                  image
                      .directory("usr/local/share/ca-certificates", 0755, 0, 0)
                      .file("usr/local/share/ca-certificates/a.crt", 0644, certificate("YQ=="))
                      .environment(name, "/usr/local/share/ca-certificates/a.crt")));
      all.add(
          new Trojan(
              name + " is set without an authority of the image's own",
              name,
              image -> image.environment(name, "/etc/ssl/certs/ca-certificates.crt")));
    }
    all.add(
        new Trojan(
            "PATH is set twice",
            "PATH",
            image ->
                image.config(
                    config -> {
                      List<String> lines = new ArrayList<>(config.environment());
                      lines.add("PATH=/tmp");
                      return config.withEnvironment(lines);
                    })));
    all.add(
        new Trojan(
            "npm's cache leaves the home",
            "NPM_CONFIG_CACHE",
            image -> image.environment("NPM_CONFIG_CACHE", "/home/opencode/../../tmp/x")));
    return all;
  }

  private static List<Trojan> settings() {
    return List.of(
        setting("the command", "Cmd", s -> s.putArray("Cmd").add("bash").add("-c").add("x")),
        setting("another shell", "Cmd", s -> s.putArray("Cmd").add("sh")),
        setting("the entrypoint", "Entrypoint", s -> s.putArray("Entrypoint").add("/sbin/tini")),
        setting(
            "a health check", "Healthcheck", s -> s.putObject("Healthcheck").put("Interval", 1)),
        setting("orders for other builds", "OnBuild", s -> s.putArray("OnBuild").add("RUN x")),
        setting("another shell for orders", "Shell", s -> s.putArray("Shell").add("/tmp/x")));
  }

  /** Settings that engines, which match names in any case, would see twice. */
  static List<Trojan> settingsInTwoWays() {
    return List.of(
        setting("a second entrypoint", "entrypoint", s -> s.putArray("entrypoint").add("/tmp/x")),
        setting("a second environment", "ENV", s -> s.putArray("ENV").add("PATH=/tmp")),
        setting("a second user", "user", s -> s.put("user", "root")),
        setting("a user in other letters", "u\u017fer", s -> s.put("u\u017fer", "root")),
        new Trojan(
            "second settings",
            "Config",
            image ->
                image.config(
                    config -> {
                      ObjectNode json = config.json();
                      json.putObject("Config").put("User", "root");
                      return new ai.opencode.sandbox.oci.ImageConfig(
                          config.platform(), config.diffIds(), config.history(), json);
                    })));
  }

  private static Trojan setting(String says, String where, Consumer<ObjectNode> change) {
    return new Trojan(says, where, image -> image.settings(change));
  }

  private static Consumer<ASandbox> file(String path, int mode) {
    return image -> image.file(path, mode, SCRIPT);
  }

  @ParameterizedTest
  @MethodSource("ofTheBase")
  void isNamedInTheBase(Trojan trojan) throws IOException {
    ASandbox image = ASandbox.base();
    trojan.change.accept(image);

    assertThat(VERIFIER.verify(image.in(folder), Platform.LINUX_AMD64).findings())
        .extracting(Finding::where)
        .contains(trojan.where);
  }

  @ParameterizedTest
  @MethodSource("settingsInTwoWays")
  void isRefusedWhereEnginesReadItInTwoWays(Trojan trojan) throws IOException {
    ASandbox image = ASandbox.base();
    trojan.change.accept(image);

    assertThat(VERIFIER.verify(image.in(folder), Platform.LINUX_AMD64).findings())
        .extracting(Finding::message)
        .anySatisfy(message -> assertThat(message).contains("\"" + trojan.where + "\""));
  }

  static Stream<Trojan> ofAnySandbox() {
    List<Trojan> all = new ArrayList<>();
    for (String place :
        List.of(
            "home/opencode/.local/bin", "usr/local/sbin", "usr/local/bin", "usr/sbin", "opt/bin")) {
      for (String name : List.of("git", "sh", "node")) {
        String path = place + "/" + name;
        all.add(
            new Trojan(
                "a program at " + path,
                "/" + path,
                image ->
                    image
                        .file(path, 0755, SCRIPT)
                        .environment("PATH", "/home/opencode/.local/bin:/opt/bin:" + PATH)));
      }
    }
    all.add(
        new Trojan(
            "a command of npm's comes before a package's",
            "/usr/local/bin/git",
            image ->
                image
                    .file("usr/local/lib/node_modules/x/git.js", 0755, "#!/usr/bin/env node\n")
                    .link("usr/local/bin/git", "../lib/node_modules/x/git.js")));
    all.add(
        new Trojan(
            "a link to busybox comes before a package's program",
            "/usr/sbin/git",
            image ->
                image
                    .environment("PATH", "/usr/local/sbin:/usr/sbin:" + PATH)
                    .link("usr/sbin/git", "/bin/busybox")));
    for (String more : List.of("", ".", "bin", "/tmp", "/workspace/bin", "/usr//bin")) {
      all.add(
          new Trojan(
              "PATH has \"" + more + "\"",
              "PATH",
              image -> image.environment("PATH", more + ":" + PATH)));
    }
    for (String name :
        List.of("BASH_ENV", "BASH_FUNC_git%%", "LD_AUDIT", "GIT_SSH_COMMAND", "PYTHONSTARTUP")) {
      all.add(new Trojan(name + " is set", name, image -> image.environment(name, "/tmp/x")));
    }
    all.add(
        new Trojan(
            "Node.js runs a file first",
            "NODE_OPTIONS",
            image -> image.environment("NODE_OPTIONS", "--no-warnings --import \"/tmp/x.mjs\"")));
    all.add(
        new Trojan(
            "libraries of the user's",
            "/etc/ld-musl-x86_64.path",
            image -> image.file("etc/ld-musl-x86_64.path", 0644, "/lib:/workspace/lib\n")));
    all.add(
        new Trojan(
            "a library before all others", "/etc/ld.so.preload", file("etc/ld.so.preload", 0644)));
    all.add(
        new Trojan(
            "Node.js' settings are not the ones that this program brings",
            "/usr/local/lib/opencode-sandbox/global-modules.cjs",
            file("usr/local/lib/opencode-sandbox/global-modules.cjs", 0644)));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("ofAnySandbox")
  void isNamedInASandboxOfAUser(Trojan trojan) throws IOException {
    ASandbox image = ASandbox.base();
    trojan.change.accept(image);

    assertThat(VERIFIER.verify(image.in(folder), Platform.LINUX_AMD64, Contract.SANDBOX).findings())
        .extracting(Finding::where)
        .contains(trojan.where);
  }

  /** Files, npm packages and variables that an image definition may bring. */
  @Test
  void acceptsTheFilesOfAUsersOwnSandbox() throws IOException {
    ASandbox image =
        ASandbox.base()
            .file("etc/profile.d/tools.sh", 0644, "export EDITOR=vim\n")
            .file("opt/tools/bin/tool", 0755, SCRIPT)
            .file("usr/local/lib/node_modules/cowsay/package.json", 0644, "{}")
            .file("usr/local/lib/node_modules/cowsay/cli.js", 0755, "#!/usr/bin/env node\n")
            .link("usr/local/bin/cowsay", "../lib/node_modules/cowsay/cli.js")
            .file(
                "usr/local/lib/opencode-sandbox/global-modules.cjs",
                0644,
                ASandbox.brought("developer/usr/local/lib/opencode-sandbox/global-modules.cjs"))
            .environment("PATH", "/home/opencode/go/bin:" + PATH + ":/opt/tools/bin")
            .environment("EDITOR", "vim")
            .environment("PYTHONDONTWRITEBYTECODE", "1")
            .environment("https_proxy", "http://proxy.example.org:3128")
            .environment(
                "NODE_OPTIONS",
                "--max-old-space-size=512"
                    + " --require=/usr/local/lib/opencode-sandbox/global-modules.cjs")
            .settings(s -> s.putArray("Cmd").add("git").add("--version"));

    assertThat(VERIFIER.verify(image.in(folder), Platform.LINUX_AMD64, Contract.SANDBOX).findings())
        .isEmpty();
  }
}
