package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebianPackageTest {

  private static final String STANZA =
      """
      Package: tool
      Source: tools (1.0)
      Version: 1:1.0-2
      Section: contrib/libs
      Pre-Depends: libc6 (>= 2.34)
      Depends: liba1 | libb1, libssl3:any (>= 3.0.0),
       wrapped [amd64]
      Homepage: https://example.org
      Description: does one thing
      Size: 1234
      SHA256: 0dd9b6bf7a0bd11af2d68a52ec44c2a223fa7c11f9104c36ce1047e1137d4a8f
      """;

  @Test
  void readsTheOutputOfApt() {
    DebianPackage tool = DebianPackage.parse(STANZA + "\n" + STANZA).get(1);

    assertThat(tool.name()).isEqualTo("tool");
    assertThat(tool.source()).isEqualTo("tools");
    assertThat(tool.isLibrary()).isTrue();
    assertThat(tool.size()).isEqualTo(1234);
    assertThat(tool.depends())
        .containsExactly(
            List.of("libc6"), List.of("liba1", "libb1"), List.of("libssl3"), List.of("wrapped"));
  }

  @Test
  void refusesAPackageThatCannotBeVerified() {
    assertThatThrownBy(() -> DebianPackage.parse("Package: tool\nVersion: 1\n"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("tool");
  }

  @Test
  void turnsDebiansLicenseNamesIntoSpdx() {
    assertThat(license("Files: *\nLicense: GPL-2+\n Text\n")).isEqualTo("GPL-2.0-or-later");
    assertThat(license("License: LGPL-2.1\n")).isEqualTo("LGPL-2.1-only");
    assertThat(license("License: Expat\n")).isEqualTo("MIT");
    assertThat(license("License: own-words\n")).isEqualTo("LicenseRef-Debian-own-words");
    assertThat(license("This package is free.\n")).isEqualTo("none");
  }

  private static String license(String copyright) {
    return DebianFiles.license(copyright.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .orElse("none");
  }
}
