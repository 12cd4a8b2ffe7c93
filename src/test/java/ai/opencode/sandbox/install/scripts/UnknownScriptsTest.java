package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.AWarningList;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unknown scripts: never run, but reported with their commands. */
class UnknownScriptsTest {

  private static final AnApk DAEMON =
      AnApk.named("daemon")
          .withFile("usr/bin/daemon", 0755, "#!daemon")
          .script(
              "post-install",
              "#!/bin/sh\n# comment\naddgroup -S daemon\n\u001b[2Jadduser -S daemon\nexit 0\n");

  @TempDir private Path directory;

  @Test
  void warnsOfTheScriptWithItsCommands() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, DAEMON)) {
      List<String> warnings = build(upstream.settings(), "daemon");

      assertThat(warnings)
          .singleElement()
          .asString()
          .contains(
              "daemon-1.0-r0 would run post-install: "
                  + "`addgroup -S daemon ⏎ [2Jadduser -S daemon ⏎ exit 0`")
          .doesNotContain("\u001b", "comment");
    }
  }

  @Test
  void strictScriptsRefusesThePackageByName() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, DAEMON)) {
      BuildSettings strict = upstream.settings().withStrictScripts(true);

      assertThatThrownBy(() -> build(strict, "daemon"))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("daemon-1.0-r0 would run post-install: `addgroup -S daemon")
          .hasMessageContaining("--strict-scripts");
    }
  }

  @Test
  void strictScriptsRefusesAnImageThatWasMadeWithoutIt() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, DAEMON)) {
      BuildSettings locked =
          upstream.settings().withLockFile(directory.resolve("lock.json"), false);
      build(locked, "daemon");

      assertThatThrownBy(() -> build(locked.withStrictScripts(true), "daemon"))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("daemon-1.0-r0");
    }
  }

  @Test
  void showsOnlyTheBeginningOfALongScript() throws Exception {
    AnApk chatty = AnApk.named("daemon").script("trigger", "echo again\n".repeat(100_000));
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, chatty)) {
      assertThat(build(upstream.settings(), "daemon"))
          .singleElement()
          .asString()
          .contains("trigger: `echo again", "…`")
          .hasSizeLessThan(500);
    }
  }

  @Test
  void saysNothingOfScriptsThatAreKnownOrDoNotRunOnInstallation() throws Exception {
    AnApk bash =
        AnApk.named("bash").script("post-install", "#!/bin/sh\nadd-shell '/bin/bash'\nexit 0\n");
    AnApk later = AnApk.named("later").script("post-upgrade", "true\n");
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, bash, later)) {
      BuildSettings strict = upstream.settings().withStrictScripts(true);

      assertThat(build(strict, "bash", "later")).isEmpty();
    }
  }

  @Test
  void namesAnotherTextOfAKnownKindWithItsDigestAndBuilds() throws Exception {
    String text = "#!/bin/sh\nadd-shell '/usr/bin/bash'\n";
    AnApk bash = AnApk.named("bash").script("post-install", text);
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, bash)) {
      assertThat(build(upstream.settings(), "bash"))
          .singleElement()
          .asString()
          .contains("bash-1.0-r0", "post-install", "add-shell")
          .contains(Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).toString());
      BuildSettings strict = upstream.settings().withStrictScripts(true);
      assertThatThrownBy(() -> build(strict, "bash"))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("bash-1.0-r0");
    }
  }

  @Test
  void namesAKindThatAKnownPackageNeverHad() throws Exception {
    AnApk bash = AnApk.named("bash").script("trigger", "true\n");
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, bash)) {
      assertThat(build(upstream.settings(), "bash"))
          .singleElement()
          .asString()
          .contains("would run trigger: `true");
    }
  }

  private static List<String> build(BuildSettings settings, String... packages) throws Exception {
    AWarningList warnings = new AWarningList();
    new SandboxBuilder(settings, warnings).build(List.of(ASmallUpstream.image(packages)));
    return warnings.sentences();
  }
}
