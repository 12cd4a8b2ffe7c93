package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpmTarballTest {

  private static final Attributes SOME = Attributes.of(0644);

  private record Unpacked(TarEntry entry, String text) {}

  @Test
  void dropsTheFirstDirectoryOfAnyName() throws IOException {
    for (String folder : List.of("package", "my-tool", "./package")) {
      assertThat(unpack(ANpmTarball.named("x").inFolder(folder).withFile("lib/a.js", "1")))
          .containsOnlyKeys("package.json", "lib/a.js");
    }
  }

  @Test
  void forgetsOwnersDatesAndOddModes() throws IOException {
    Map<String, Unpacked> files =
        unpack(
            ANpmTarball.named("x")
                .withFile("plain", 0666, "")
                .withFile("private", 0600, "")
                .withFile("program", 0744, "")
                .withFile("suid", 04755, ""));

    assertThat(mode(files, "plain")).isEqualTo(0644);
    assertThat(mode(files, "private")).isEqualTo(0644);
    assertThat(mode(files, "program")).isEqualTo(0755);
    assertThat(mode(files, "suid")).isEqualTo(0755);
    assertThat(files.values())
        .allSatisfy(
            file ->
                assertThat(file.entry().attributes().withMode(0))
                    .isEqualTo(Attributes.of(0).withModified(NpmTarball.MODIFIED)));
  }

  @Test
  void makesCommandsExecutableAndTheirFirstLineFitForUnix() throws IOException {
    Map<String, Unpacked> files =
        unpack(
            ANpmTarball.named("x")
                .withFile("bin/dos", "#!/usr/bin/env node\r\na\r\n")
                .withFile("bin/unix", "#!/usr/bin/env node\na\r\n")
                .withFile("bin/none", "a\r\n")
                .withFile("bin/empty", "")
                .withFile("lib/dos", "#!/usr/bin/env node\r\n"),
            "bin/dos",
            "bin/unix",
            "bin/none",
            "bin/empty");

    assertThat(text(files, "bin/dos")).isEqualTo("#!/usr/bin/env node\na\r\n");
    assertThat(text(files, "bin/unix")).isEqualTo("#!/usr/bin/env node\na\r\n");
    assertThat(text(files, "bin/none")).isEqualTo("a\r\n");
    assertThat(text(files, "lib/dos")).endsWith("\r\n");
    assertThat(mode(files, "bin/empty")).isEqualTo(0755);
    assertThat(mode(files, "lib/dos")).isEqualTo(0644);
  }

  @Test
  void keepsALargeCommandWhole() throws IOException {
    String text = "#!/bin/sh\r\n" + "0123456789".repeat(10_000);
    assertThat(text(unpack(ANpmTarball.named("x").withFile("run", text), "run"), "run"))
        .isEqualTo(text.replace("\r", ""));
  }

  @Test
  void treatsGitIgnoreAsNpmIgnoreUnlessThereIsOne() throws IOException {
    assertThat(unpack(ANpmTarball.empty("x", "1.0.0").withFile("a/.gitignore", "g")))
        .containsOnlyKeys("a/.npmignore");
    Map<String, Unpacked> both =
        unpack(
            ANpmTarball.empty("x", "1.0.0")
                .withFile(".npmignore", "n")
                .withFile(".gitignore", "g"));
    assertThat(text(both, ".npmignore")).isEqualTo("n");
    assertThat(unpack(ANpmTarball.empty("x", "1.0.0").withFile("not.gitignore", "")))
        .containsOnlyKeys("not.gitignore");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "package/../../etc/passwd",
        "../package/a",
        "/package/a",
        "package//a",
        "package/./a",
        "package/a\nb",
        "package/a\\b",
        "package/.wh.a",
        "package/.wh..wh..opq",
        "package/a/.wh.b/c",
        "a"
      })
  void refusesNamesThatAnImageMustNotHave(String path) {
    assertRefused(
        ANpmTarball.named("x").withEntry(new TarEntry.File(path, SOME, 1), (byte) 'a'), "byte");
  }

  @Test
  void refusesEverythingButFilesAndDirectories() {
    for (TarEntry entry :
        List.of(
            new TarEntry.SymbolicLink("package/a", SOME, "/etc/passwd"),
            new TarEntry.HardLink("package/a", SOME, "package/package.json"),
            new TarEntry.Device("package/a", SOME, true, 8, 0),
            new TarEntry.Fifo("package/a", SOME))) {
      assertRefused(ANpmTarball.named("x").withEntry(entry), "link or a device", "byte");
    }
  }

  @Test
  void refusesTwoEntriesOfOneName() {
    assertRefused(ANpmTarball.named("x").withFile("a", "1").withFile("a", "2"), "name a");
    assertRefused(ANpmTarball.named("x").withFile("a", "1").withFile("a/b", "2"), "a is a file");
    assertRefused(ANpmTarball.named("x").withFile("a/b", "1").withFile("a", "2"), "name a");
  }

  @Test
  void refusesATruncatedOrDamagedOrLengthenedTarball() {
    byte[] whole = ANpmTarball.named("x").withFile("a", "1").bytes();
    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 0x55;
    for (byte[] bytes :
        List.of(
            Arrays.copyOf(whole, whole.length - 4),
            damaged,
            Arrays.copyOf(whole, whole.length + 3),
            "<html>".getBytes(StandardCharsets.US_ASCII))) {
      assertThatThrownBy(() -> unpack(bytes, Set.of()))
          .isInstanceOf(VerificationException.class)
          .hasMessageStartingWith("x.tgz");
    }
  }

  private static void assertRefused(ANpmTarball tarball, String... parts) {
    assertThatThrownBy(() -> unpack(tarball))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("x.tgz")
        .hasMessageContainingAll(parts);
  }

  private static Unpacked file(Map<String, Unpacked> files, String path) {
    return Objects.requireNonNull(files.get(path), path);
  }

  private static String text(Map<String, Unpacked> files, String path) {
    return file(files, path).text();
  }

  private static int mode(Map<String, Unpacked> files, String path) {
    return file(files, path).entry().attributes().mode();
  }

  private static Map<String, Unpacked> unpack(ANpmTarball tarball, String... executables)
      throws IOException {
    return unpack(tarball.bytes(), Set.of(executables));
  }

  private static Map<String, Unpacked> unpack(byte[] bytes, Set<String> executables)
      throws IOException {
    Map<String, Unpacked> unpacked = new LinkedHashMap<>();
    try (NpmTarball tarball =
        new NpmTarball(new ByteArrayInputStream(bytes), "x.tgz", executables)) {
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        String text = "";
        if (entry instanceof TarEntry.File file) {
          byte[] content = tarball.content().readAllBytes();
          assertThat(content).hasSize((int) file.size());
          text = new String(content, StandardCharsets.UTF_8);
        }
        unpacked.put(entry.path(), new Unpacked(entry, text));
      }
    }
    return unpacked;
  }
}
