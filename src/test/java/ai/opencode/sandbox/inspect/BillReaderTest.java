package ai.opencode.sandbox.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.GoSoftware;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.evidence.AGoProgram;
import ai.opencode.sandbox.evidence.GoModule;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.ASandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BillReaderTest {

  private static final String MODULES = "usr/local/lib/node_modules/";

  @TempDir private Path directory;

  @Test
  void namesTheImageAndItsDistribution() throws IOException {
    SoftwareBill bill = read(ASandbox.base());
    assertThat(bill.subject().name()).isEqualTo("opencode-sandbox-base");
    assertThat(bill.subject().manifest()).isPresent();
    assertThat(bill.subject().platform()).isEqualTo(Platform.LINUX_AMD64);
    assertThat(bill.database()).isPresent();
  }

  @Test
  void hasEveryPackageOfTheDatabaseWithItsLayer() throws IOException {
    SoftwareBill bill = read(ASandbox.base());
    assertThat(bill.apk())
        .extracting(each -> each.facts().name())
        .contains("nodejs", "git", "busybox");
    ApkSoftware node =
        bill.apk().stream()
            .filter(each -> each.facts().name().equals("nodejs"))
            .findFirst()
            .orElseThrow();
    assertThat(node.layer()).isPresent();
    assertThat(node.layer().get().unpacked()).isFalse();
    assertThat(node.dataHash()).as("no file of an image says it").isEmpty();
  }

  @Test
  void hasNpmPackagesAtAllDepths() throws IOException {
    SoftwareBill bill =
        read(
            ASandbox.base()
                .file(MODULES + "a/package.json", 0644, json("a", "1.0.0"))
                .file(MODULES + "a/lib/package.json", 0644, json("no-package", "1.0.0"))
                .file(MODULES + "a/node_modules/@s/b/package.json", 0644, json("@s/b", "2.0.0"))
                .file(MODULES + "c/package.json", 0644, "{\"type\":\"module\"}"));
    assertThat(bill.npm())
        .extracting(each -> each.facts().id())
        .contains("a@1.0.0", "@s/b@2.0.0")
        .doesNotContain("no-package@1.0.0");
    NpmSoftware nested =
        bill.npm().stream()
            .filter(each -> each.facts().name().equals("@s/b"))
            .findFirst()
            .orElseThrow();
    assertThat(nested.facts().path()).isEqualTo(MODULES + "a/node_modules/@s/b");
    assertThat(nested.facts().licence()).contains("MIT");
    assertThat(nested.evidence()).isPresent();
    assertThat(nested.carrier()).isEmpty();
  }

  @Test
  void hasTheModulesOfGoPrograms() throws IOException {
    SoftwareBill bill =
        read(
            ASandbox.base()
                .file(MODULES + "a/package.json", 0644, json("a", "1.0.0"))
                .file(
                    MODULES + "a/lib/tool", 0755, AGoProgram.needing("golang.org/x/sync", "v1.0.0"))
                .file(
                    "usr/local/bin/own", 0755, AGoProgram.needing("golang.org/x/term", "v2.0.0")));
    assertThat(bill.go()).hasSize(2);
    GoSoftware own = bill.go().get(0);
    assertThat(own.evidence().path()).isEqualTo("usr/local/bin/own");
    assertThat(own.carrier()).isEmpty();
    GoSoftware tool = bill.go().get(1);
    assertThat(tool.build().modules()).contains(new GoModule("golang.org/x/sync", "v1.0.0"));
    assertThat(tool.carrier()).isEqualTo(Optional.of(new GoSoftware.NpmCarrier(MODULES + "a")));
  }

  @Test
  void refusesAnImageWhoseListOfPackagesIsMalformed() {
    assertThatThrownBy(
            () -> read(ASandbox.base().file("lib/apk/db/installed", 0644, "not a database\n")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("list of installed packages is malformed");
  }

  private SoftwareBill read(ASandbox image) throws IOException {
    return new BillReader(RegistryAccess.standard())
        .bill(image.in(directory), Platform.LINUX_AMD64);
  }

  private static String json(String name, String version) {
    return "{\"name\":\"" + name + "\",\"version\":\"" + version + "\",\"license\":\"MIT\"}";
  }
}
