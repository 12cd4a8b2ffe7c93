package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A release with scripts that were never seen, in the base and in the repository: an image is made,
 * and the warnings name every script that the root's own apk runs for the same request.
 */
@RequiresRoot
@RequiresSharedData
class UnseenScriptsIT {

  private static final List<String> KINDS =
      List.of(
          "pre-install",
          "post-install",
          "pre-upgrade",
          "post-upgrade",
          "pre-deinstall",
          "post-deinstall",
          "trigger");

  /** Packages of both roots that have newer builds; the others stay as they are. */
  private static final Set<String> UPGRADED =
      Set.of(
          "alpine-baselayout",
          "alpine-baselayout-data",
          "alpine-release",
          "busybox",
          "busybox-binsh",
          "zlib");

  /** A package of both roots that nothing but a condition brings. */
  private static final String REMOVED = "ssl_client";

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("unseen-scripts");
  }

  @AfterEach
  void removeDirectory() throws Exception {
    if (directory != null) {
      output("rm", "-rf", "--one-file-system", directory.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alpine-minirootfs-3.20.3-x86_64.tar.gz",
        "alpine-root-3.23.3-x86_64-apk-3.0.3.tar.gz"
      })
  void areReportedOneByOne(String name) throws Exception {
    Path real = Files.createDirectories(directory.resolve("real"));
    output("tar", "-xzpf", SharedData.path("minirootfs/" + name).toString(), "-C", real.toString());
    Map<String, String> labels = replaceScripts(real);
    List<AnApk> packages = new ArrayList<>(newPackages());
    for (AnApk each : RebuiltPackages.of(real)) {
      if (UPGRADED.contains(each.name())) {
        packages.add(each);
      }
    }
    packages.forEach(each -> labels.put(each.name(), each.toPackage().label()));
    Path base = directory.resolve("base.tar.gz");
    output("tar", "-czf", base.toString(), "-C", real.toString(), ".");

    Path upstreams = directory.resolve("upstream");
    try (ASmallUpstream upstream =
        ASmallUpstream.over(base, upstreams, packages.toArray(AnApk[]::new))) {
      List<String> warnings = build(upstream.settings());
      Set<String> run = run(upstream, real);

      assertThat(run).contains(REMOVED + " post-deinstall", "scanelf trigger", "tool trigger");
      assertThat(reported(warnings, labels)).isEqualTo(run);
      assertThat(warnings)
          .filteredOn(each -> each.startsWith("busybox-1"))
          .singleElement()
          .asString()
          .contains(
              "post-upgrade with a text that is not known (" + digest("busybox", "post-upgrade"))
          .contains("adds the account klogd", "Check whether its effect is missing");

      BuildSettings strict = upstream.settings().withStrictScripts(true);
      assertThatThrownBy(() -> build(strict))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("--strict-scripts")
          .satisfies(
              refusal ->
                  assertThat(
                          labels.values().stream()
                              .filter(String.valueOf(refusal.getMessage())::contains))
                      .hasSizeGreaterThan(UPGRADED.size()));
    }
  }

  private static List<AnApk> newPackages() {
    List<AnApk> packages = new ArrayList<>();
    for (String name : List.of("bash", "ca-certificates", "icu-data-en", "nodejs", "tool")) {
      packages.add(
          withScripts(AnApk.named(name).version("99-r0"))
              .triggers("/usr/share/*", "/etc")
              .withFile("usr/share/" + name + "/file", 0644, name));
    }
    packages.set(4, packages.get(4).depends("!" + REMOVED, "bash", "ca-certificates"));
    return packages;
  }

  private static AnApk withScripts(AnApk plain) {
    AnApk apk = plain;
    for (String kind : KINDS) {
      apk = apk.script(kind, script(plain.name(), kind));
    }
    return apk;
  }

  /** A script that records that it ran. */
  private static String script(String name, String kind) {
    return "#!/bin/sh\necho " + name + " " + kind + " >> /ran\n";
  }

  private static Digest digest(String name, String kind) {
    return Digest.sha256(script(name, kind).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Gives every package of a root a script of each kind, and a trigger for changes of {@code
   * usr/share} and {@code usr/lib}.
   *
   * @return name and version of each package, by name
   */
  private static Map<String, String> replaceScripts(Path root) throws IOException {
    Path database = root.resolve("lib/apk/db");
    Map<String, String> labels = new HashMap<>();
    ScriptArchive scripts = new ScriptArchive(Map.of());
    Triggers triggers = Triggers.NONE;
    try (var in = Files.newInputStream(database.resolve("installed"))) {
      for (InstalledPackage each : InstalledDatabase.parse(in, "installed").packages()) {
        Map<String, byte[]> kinds = new HashMap<>();
        for (String kind : KINDS) {
          kinds.put(kind, script(each.pkg().name(), kind).getBytes(StandardCharsets.UTF_8));
        }
        scripts = scripts.with(each.pkg(), kinds);
        triggers = triggers.with(each.pkg(), List.of("/usr/share/*", "/usr/libexec"));
        labels.put(each.pkg().name(), each.pkg().label());
      }
    }
    boolean compressed = Files.exists(database.resolve("scripts.tar.gz"));
    Files.write(
        database.resolve(compressed ? "scripts.tar.gz" : "scripts.tar"),
        scripts.toBytes(compressed));
    Files.writeString(database.resolve("triggers"), triggers.toText());
    return labels;
  }

  private static List<String> build(BuildSettings settings) throws Exception {
    AWarningList warnings = new AWarningList();
    new SandboxBuilder(settings, warnings)
        .build(List.of(ASmallUpstream.image("icu-data-en", "nodejs", "tool")));
    return warnings.sentences();
  }

  /** Returns the name and kind of each script that the root's own apk runs. */
  private static Set<String> run(ASmallUpstream upstream, Path real) throws Exception {
    Files.write(
        real.resolve("etc/apk/keys").resolve(ASmallUpstream.KEY.name()), ASmallUpstream.KEY.pem());
    output("cp", "-r", upstream.repository().toString(), real.resolve("repo").toString());
    Files.createFile(real.resolve("repo/none"));
    for (String command : List.of("upgrade", "add icu-data-en nodejs tool")) {
      String apk = "apk " + command + " --no-network --repositories-file /repo/none -X /repo";
      assertThat(output("chroot", real.toString(), "sh", "-c", apk)).doesNotContain("ERROR");
    }
    return new TreeSet<>(Files.readAllLines(real.resolve("ran")));
  }

  private static Set<String> reported(List<String> warnings, Map<String, String> labels) {
    Set<String> reported = new TreeSet<>();
    labels.forEach(
        (name, label) ->
            KINDS.forEach(
                kind -> {
                  String text = "echo " + name + " " + kind + " >>";
                  if (warnings.stream()
                      .anyMatch(each -> each.startsWith(label + " ") && each.contains(text))) {
                    reported.add(name + " " + kind);
                  }
                }));
    return reported;
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", List.of(command), text).isZero();
    return text;
  }
}
