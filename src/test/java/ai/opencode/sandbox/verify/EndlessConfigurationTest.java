package ai.opencode.sandbox.verify;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.inspect.content.AnElf;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reading the files for checks is limited in memory and time. */
class EndlessConfigurationTest {

  @TempDir private Path folder;

  @Test
  void refusesTooManyDirectoriesOfMusl() throws IOException {
    ASandbox image = ASandbox.base();
    image.file("etc/ld-musl-x86_64.path", 0644, "/lib\n".repeat(300));

    assertThat(verify(image).findings())
        .anyMatch(finding -> finding.message().contains("more than 200"));
  }

  @Test
  @Timeout(value = 20, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void readsFilesThatIncludeEachOtherOnce() throws IOException {
    ASandbox image = glibc();
    String include = "include /etc/ld.so.conf.d/*.conf\n".repeat(50);
    image.file("etc/ld.so.conf", 0644, include);
    image.directory("etc/ld.so.conf.d", 0755, 0, 0);
    for (int i = 0; i < 50; i++) {
      image.file("etc/ld.so.conf.d/" + i + ".conf", 0644, include);
    }

    assertThat(verify(image).findings()).isNotEmpty();
  }

  @Test
  void refusesMoreFilesForChecksThanFitIntoMemory() throws IOException {
    ASandbox image = ASandbox.base();
    for (int i = 0; i < 3; i++) {
      image.file("etc/ld.so.conf.d/" + i, 0644, new byte[30 << 20]);
    }

    assertThat(verify(image).findings())
        .anyMatch(finding -> finding.message().contains("exceed 64 MiB"));
  }

  private static ASandbox glibc() {
    ASandbox image = ASandbox.base();
    image.file("etc/ld.so.cache", 0644, "");
    image.file("usr/bin/tool", 0755, AnElf.program("/lib64/ld-linux-x86-64.so.2").bytes());
    return image;
  }

  private VerificationReport verify(ASandbox image) throws IOException {
    return new ImageVerifier(RegistryAccess.standard())
        .verify(image.in(folder), Platform.LINUX_AMD64);
  }
}
