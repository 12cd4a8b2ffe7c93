package ai.opencode.sandbox;

import static ai.opencode.sandbox.oci.Platform.LINUX_ARM64;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.inspect.content.AnElf;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.Finding;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.VerificationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An arm64 image based on the real arm64 root, made on a machine of any architecture. */
class RealArm64Test {

  @TempDir private Path directory;

  @Test
  void everyProgramIsForArm64() throws IOException {
    VerificationReport report =
        report(AnElf.program("/lib/ld-musl-aarch64.so.1").machine(Architecture.ARM64.elfMachine()));
    assertThat(report.findings()).isEmpty();
    // Programs and libraries of the root and of the package.
    assertThat(requireNonNull(report.facts()).counts().elfFiles()).isGreaterThan(10);
  }

  @Test
  void aProgramForAnotherArchitectureIsNoticed() throws IOException {
    VerificationReport report =
        report(AnElf.program("/lib/ld-musl-aarch64.so.1").machine(Architecture.AMD64.elfMachine()));
    assertThat(report.findings()).extracting(Finding::id).containsExactly("elf-architecture");
    assertThat(report.findings().get(0).toString()).contains("usr/bin/tool");
  }

  private VerificationReport report(AnElf program) throws IOException {
    AnApk tool =
        AnApk.named("tool")
            .architecture("aarch64")
            .withFile("usr/bin/tool", Attributes.of(0755), program.bytes());
    Path root = RealRoot.released("aarch64");
    Path images = directory.resolve("images");
    try (ASmallUpstream upstream = ASmallUpstream.over(root, LINUX_ARM64, directory, tool)) {
      SandboxBuilder builder =
          new SandboxBuilder(
              upstream.settings().withPlatforms(List.of(LINUX_ARM64)), Progress.silent());
      builder.send(
          builder.build(List.of(ASmallUpstream.image("tool"))), Target.of("oci:" + images));
    }
    return new ImageVerifier(RegistryAccess.standard())
        .verify(new ImageSource.OciDirectory(images, "small"), LINUX_ARM64, Contract.ANY);
  }
}
