package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkReader;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApkBuilderTest {

  private static final Set<String> LIBRARIES = Set.of("usr/lib/x86_64-linux-gnu");
  private static final StandInKey KEY = StandInKey.derive();

  @TempDir private Path directory;

  @Test
  void listsDirectoriesBeforeTheirFilesWithChecksums() throws IOException {
    Path apk =
        make(
            into -> {
              into.announce("usr/share/tool", 0750);
              into.file("usr/share/tool/data", 0644, "data");
              into.symbolicLink("usr/bin/alias", "tool");
            });

    List<String> paths = new ArrayList<>();
    try (ApkReader reader = new ApkReader(Files.newInputStream(apk), "test")) {
      reader.head(RepositoryIndex.describe(apk).checksum());
      TarReader tar =
          new TarReader(
              reader.data(OutputStream.nullOutputStream()), "test", TarLimits.alpinePackage());
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        paths.add(entry.path() + " " + Integer.toOctalString(entry.attributes().mode()));
        assertThat(entry.attributes().modifiedSeconds()).isEqualTo(ApkBuilder.TIME);
        assertThat(entry.attributes().pax().containsKey("APK-TOOLS.checksum.SHA1"))
            .isEqualTo(!(entry instanceof TarEntry.Directory));
      }
      assertThat(tar.sawEndOfArchive()).isTrue();
    }
    assertThat(paths)
        .containsExactly(
            "usr 755",
            "usr/share 755",
            "usr/share/tool 750",
            "usr/share/tool/data 644",
            "usr/bin 755",
            "usr/bin/alias 777");
  }

  @Test
  void derivesProvidedAndNeededNamesFromFiles() throws IOException {
    ApkPackage apk =
        RepositoryIndex.describe(
            make(
                into -> {
                  elf(into, "usr/lib/x86_64-linux-gnu/libt.so.1.0", AnElf.library("libt.so.1"));
                  elf(into, "usr/lib/tool/plugin.so", AnElf.library("plugin.so"));
                  elf(
                      into,
                      "usr/bin/tool",
                      AnElf.program()
                          .needing("libt.so.1")
                          .needing("libc.so.6")
                          .needing("plugin.so")
                          .loadedBy("/lib64/ld-linux-x86-64.so.2"));
                }));

    assertThat(apk.toRecord())
        .contains("\nD:so:gnu/ld-linux-x86-64.so.2 so:gnu/libc.so.6\n")
        .contains("\np:so:gnu/libt.so.1=1.0 cmd:tool=1.0-r0\n");
    assertThatThrownBy(() -> RepositoryIndex.requireComplete(List.of(apk)))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("tool-1.0-r0")
        .hasMessageContaining("so:gnu/ld-linux-x86-64.so.2");
  }

  @Test
  void makesTheSameBytesEachTime() throws IOException {
    PlannedPackage.Filling filling = into -> into.file("etc/tool", 0600, "x".repeat(100_000));

    assertThat(make(filling)).hasSameBinaryContentAs(make(filling));
  }

  @Test
  void refusesTwoFilesOfOneNameAndLinksToNothing() {
    assertThatThrownBy(
            () ->
                make(
                    into -> {
                      into.file("etc/tool", 0644, "a");
                      into.file("etc/tool", 0644, "b");
                    }))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("etc/tool");
    assertThatThrownBy(() -> make(into -> into.hardLink("etc/other", 0644, "etc/gone")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("etc/gone");
  }

  private static void elf(ApkBuilder into, String path, AnElf elf) throws IOException {
    byte[] bytes = elf.bytes();
    into.file(path, 0755, bytes.length, new ByteArrayInputStream(bytes));
  }

  private Path make(PlannedPackage.Filling filling) throws IOException {
    Path target = Files.createTempFile(directory, "made", ".apk");
    PlannedPackage plan =
        PlannedPackage.of(
            "tool",
            "1.0-r0",
            "x86_64",
            new PlannedPackage.About("A tool", "", "MIT", "tool", ""),
            "",
            filling);
    try (ApkBuilder builder = new ApkBuilder("tool", directory, LIBRARIES)) {
      filling.into(builder);
      builder.finish(plan, KEY, target);
    }
    return target;
  }
}
