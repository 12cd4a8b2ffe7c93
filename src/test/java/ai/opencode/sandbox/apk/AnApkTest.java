package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The readers read exactly the content that the builders write. */
class AnApkTest {

  @Test
  void isReadAsItWasBuilt(@TempDir Path folder) throws IOException {
    ASigningKey key = ASigningKey.named("test.rsa.pub");
    AnApk apk =
        AnApk.named("nano")
            .version("7.0-r0")
            .depends("musl", "ncurses>=6")
            .script("post-install", "#!/bin/sh\n")
            .withFile("usr/bin/nano", 0755, "program")
            .withLink("usr/bin/rnano", "nano")
            .signed(key);
    Path repository = ARepository.in(folder).with(apk).signed(key).write();

    PackageIndex index;
    try (var in =
        java.nio.file.Files.newInputStream(repository.resolve("x86_64/APKINDEX.tar.gz"))) {
      index = SignedIndex.read(in, "APKINDEX.tar.gz", ASigningKey.ring(key));
    }
    ApkPackage record = index.packages().get(0);
    assertThat(record.label()).isEqualTo("nano-7.0-r0");
    assertThat(record.size()).isEqualTo(apk.bytes().length);

    List<String> paths = new ArrayList<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (ApkReader reader = new ApkReader(new ByteArrayInputStream(apk.bytes()), "nano.apk")) {
      ControlSegment control = reader.head(record.checksum()).control();
      assertThat(control.scripts()).containsOnlyKeys("post-install");
      TarReader tar = new TarReader(reader.data(data), "nano.apk", TarLimits.alpinePackage());
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        paths.add(entry.path());
      }
      reader.requireEnd();
    }
    assertThat(paths).containsExactly("usr", "usr/bin", "usr/bin/nano", "usr/bin/rnano");
    assertThat(data.toByteArray()).isEqualTo(apk.data());
  }
}
