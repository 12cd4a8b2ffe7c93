package ai.opencode.sandbox.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Apk runs a script for the package with the checksum in its name, and ignores the rest of the
 * name.
 */
class DatabaseScriptsTest {

  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());
  private static final String PLAIN = "lib/apk/db/scripts.tar";

  @TempDir private Path folder;

  @Test
  void scriptsOfInstalledPackagesAreFine() throws IOException {
    assertThat(
            findings(
                PLAIN,
                "nano-1.0-r0.{nano}.post-install",
                "nano-1.0-r0.{nano}.pre-upgrade",
                "vim-1.0-r0.X1{hex vim}.post-install"))
        .isEmpty();
    assertThat(findings(PLAIN + ".gz", "nano-1.0-r0.{nano}.trigger")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nano-1.0-r0.{vim}.post-install",
        "nano-1.0-r0.X1{hex vim}.post-install",
        "nano-1.0-r0.{other}.post-install",
        "nano-1.0-r1.{nano}.post-install",
        "other-1.0-r0.{nano}.post-install",
        "nano-1.0-r0.Q1.post-install",
        "nano-1.0-r0.Q2AAAA.post-install",
        "nano-1.0-r0.X1{hex nano}00.post-install",
        "nano-1.0-r0.{nano}.anything",
        "nano-1.0-r0.{nano}.",
        "nano-1.0-r0.{nano}",
        "nano-1.0-r0.post-install",
        ".{nano}.post-install",
        "x"
      })
  void aScriptOfNoInstalledPackageIsFound(String name) throws IOException {
    assertThat(findings(PLAIN, name)).singleElement().asString().contains("no package has");
    assertThat(findings(PLAIN + ".gz", name)).hasSize(1);
    assertThat(findings("usr/" + PLAIN, name)).hasSize(1);
  }

  @Test
  void aSecondScriptOfOneNameIsFound() throws IOException {
    String name = "nano-1.0-r0.{nano}.post-install";

    assertThat(findings(PLAIN, name, name)).singleElement().asString().contains("twice");
    assertThat(findings(PLAIN, name, "nano-1.0-r0.X1{hex nano}.post-install"))
        .singleElement()
        .asString()
        .contains("twice");
    assertThat(findings(PLAIN, name, "nano-1.0-r0.{bare nano}.post-install"))
        .singleElement()
        .asString()
        .contains("twice");
  }

  @Test
  void aSecondArchiveHasNoOtherScript() throws IOException {
    String name = "nano-1.0-r0.{nano}.post-install";
    ASandbox image =
        ASandbox.base()
            .file(PLAIN, 0644, archive(false, name))
            .file(PLAIN + ".gz", 0644, archive(true, name));

    assertThat(findings(image)).singleElement().asString().contains("twice");
  }

  private List<String> findings(String path, String... names) throws IOException {
    return findings(ASandbox.base().file(path, 0644, archive(path.endsWith(".gz"), names)));
  }

  private List<String> findings(ASandbox image) throws IOException {
    return VERIFIER.verify(image.in(folder), Platform.LINUX_AMD64, Contract.ANY).findings().stream()
        .filter(each -> each.id().equals("database-scripts"))
        .map(Finding::toString)
        .toList();
  }

  private static byte[] archive(boolean compressed, String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressed ? Gzip.single(bytes) : bytes;
        TarWriter tar = new TarWriter(out)) {
      int number = 0;
      for (String name : names) {
        byte[] content = ("#!/bin/sh\necho " + number++ + "\n").getBytes(UTF_8);
        tar.write(new TarEntry.File(resolved(name), Attributes.of(0755), content.length), content);
      }
      tar.finish();
    }
    return bytes.toByteArray();
  }

  private static String resolved(String name) {
    String resolved = name;
    for (String pkg : List.of("nano", "vim", "other")) {
      Checksum checksum = Checksum.from(Checksum.newSha1().digest(pkg.getBytes(UTF_8)));
      resolved =
          resolved
              .replace("{" + pkg + "}", checksum.toString())
              .replace("{hex " + pkg + "}", checksum.hex())
              .replace("{bare " + pkg + "}", checksum.toString().replace("=", ""));
    }
    return resolved;
  }
}
