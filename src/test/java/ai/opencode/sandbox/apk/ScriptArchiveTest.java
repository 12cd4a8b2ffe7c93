package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The forms of the script archive in other releases of Alpine: compressed by apk 3, with other
 * names.
 */
class ScriptArchiveTest {

  private static final String HEX = "X1" + "0f".repeat(20);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsNamesOfBothFormsInBothFormsOfTheArchive(boolean compressed) throws IOException {
    ScriptArchive archive =
        archive(
            "busybox-1.36.1-r29.Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=.trigger",
            "ca-certificates-20240226-r0." + HEX + ".trigger");

    ScriptArchive read =
        ScriptArchive.parse(archive.toBytes(compressed), compressed, "the base's scripts");

    assertThat(List.copyOf(read.scripts().keySet()))
        .isEqualTo(List.copyOf(archive.scripts().keySet()));
  }

  @Test
  void replacesThePackagesScriptsUnderEitherFormOfName() {
    ApkPackage bash =
        ApkPackage.named("bash", "5.2.26-r0").with('C', "Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=").build();

    ScriptArchive archive =
        archive("bash-5.2.21-r0." + HEX + ".post-install", "bash-doc-1-r0." + HEX + ".trigger")
            .with(bash, Map.of("post-install", new byte[0]));

    assertThat(archive.scripts().keySet())
        .containsExactly(
            "bash-doc-1-r0." + HEX + ".trigger",
            "bash-5.2.26-r0.Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=.post-install");
  }

  @Test
  void readsTheScriptsOfABigSystem() throws IOException {
    Map<String, ScriptArchive.Script> many = new LinkedHashMap<>();
    for (int i = 0; i < 500; i++) {
      many.put(
          "daemon" + i + "-1-r0." + HEX + ".pre-install", new ScriptArchive.Script(new byte[9], 1));
    }
    byte[] bytes = new ScriptArchive(many).toBytes(true);

    assertThat(ScriptArchive.parse(bytes, true, "scripts").scripts()).hasSize(500);
  }

  @Test
  void namesAndOrdersAsApk3Does() {
    ApkPackage bash = pkg("bash", "5.3.9-r1", 1);
    ApkPackage busybox = pkg("busybox", "1.37.0-r31", 2);
    ApkPackage none = pkg("zlib", "1.3.1-r2", 3);
    ScriptArchive archive =
        archive(
            busybox.label() + ".X1" + busybox.checksum().hex() + ".trigger",
            busybox.label() + ".X1" + busybox.checksum().hex() + ".post-install",
            "gone-1-r0." + HEX + ".trigger",
            bash.label() + "." + bash.checksum() + ".post-install");

    assertThat(archive.asApk3(List.of(bash, busybox, none)).scripts().keySet())
        .containsExactly(
            bash.label() + ".X1" + bash.checksum().hex() + ".post-install",
            busybox.label() + ".X1" + busybox.checksum().hex() + ".post-install",
            busybox.label() + ".X1" + busybox.checksum().hex() + ".trigger");
  }

  private static ApkPackage pkg(String name, String version, int seed) {
    byte[] sum = new byte[20];
    sum[0] = (byte) seed;
    return ApkPackage.named(name, version)
        .with('C', "Q1" + Base64.getEncoder().encodeToString(sum))
        .build();
  }

  /** Written by apk 3.0.3. */
  @Test
  void writesTheVeryBytesOfApk3() throws IOException {
    Path directory = SharedData.path("packages/installed-3.23.2-x86_64");
    byte[] real = Files.readAllBytes(directory.resolve("scripts.tar.gz"));
    List<ApkPackage> installed;
    try (InputStream in = Files.newInputStream(directory.resolve("installed"))) {
      installed =
          InstalledDatabase.parse(in, "installed").packages().stream()
              .map(InstalledPackage::pkg)
              .toList();
    }

    ScriptArchive archive = ScriptArchive.parse(real, true, "scripts.tar.gz");

    assertThat(archive.asApk3(installed).toBytes(true)).isEqualTo(real);
  }

  private static ScriptArchive archive(String... names) {
    Map<String, ScriptArchive.Script> scripts = new LinkedHashMap<>();
    for (String name : names) {
      scripts.put(
          name,
          new ScriptArchive.Script(("#!/bin/sh\n# " + name).getBytes(StandardCharsets.UTF_8), 0));
    }
    return new ScriptArchive(scripts);
  }
}
