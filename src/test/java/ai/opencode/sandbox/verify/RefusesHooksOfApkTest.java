package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apk runs the files in this directory as root whenever it changes a package. */
class RefusesHooksOfApkTest {

  @TempDir private Path folder;

  @Test
  void thatNoPackageHas() throws IOException {
    ASandbox image = ASandbox.base().file("etc/apk/commit_hooks.d/x", 0755, "#!/bin/sh\n");

    assertThat(
            new ImageVerifier(RegistryAccess.standard())
                .verify(image.in(folder), Platform.LINUX_AMD64, Contract.SANDBOX)
                .findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.id()).isEqualTo("unowned-file");
              assertThat(finding.toString()).contains("/etc/apk/commit_hooks.d/x");
            });
  }
}
