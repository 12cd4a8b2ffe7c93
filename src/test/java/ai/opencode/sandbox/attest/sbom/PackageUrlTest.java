package ai.opencode.sandbox.attest.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.attest.PackageUrl;
import ai.opencode.sandbox.oci.Digest;
import com.github.packageurl.PackageURL;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The expected texts are those that syft writes for the same packages. */
class PackageUrlTest {

  @Test
  void ofAlpinePackages() {
    assertThat(apk("libstdc++", "14.2.0-r4", "gcc", Optional.of(ABill.ALPINE)))
        .hasToString(
            "pkg:apk/alpine/libstdc%2B%2B@14.2.0-r4?arch=x86_64&distro=alpine-3.24.2&upstream=gcc");
    assertThat(apk("tini", "0.19.0-r3", "tini", Optional.of(ABill.ALPINE)))
        .hasToString("pkg:apk/alpine/tini@0.19.0-r3?arch=x86_64&distro=alpine-3.24.2");
  }

  @Test
  void leaveOutADistributionWithoutRelease() {
    assertThat(apk("tini", "1-r0", "tini", Optional.of(new OsRelease("a-distribution", ""))))
        .hasToString("pkg:apk/a-distribution/tini@1-r0?arch=x86_64");
    assertThat(apk("tini", "1-r0", "", Optional.empty()))
        .hasToString("pkg:apk/alpine/tini@1-r0?arch=x86_64");
  }

  @Test
  void ofNpmPackages() {
    assertThat(PackageUrl.npm("@anthropic-ai/sdk", "1.12.0"))
        .hasToString("pkg:npm/%40anthropic-ai/sdk@1.12.0");
    assertThat(PackageUrl.npm("JSONStream", "1.0.0+x")).hasToString("pkg:npm/JSONStream@1.0.0%2Bx");
  }

  @Test
  void ofGoModules() {
    assertThat(PackageUrl.go("golang.org/x/sync", "v0.21.0"))
        .hasToString("pkg:golang/golang.org/x/sync@v0.21.0");
    assertThat(PackageUrl.go("github.com/klauspost/cpuid/v2", "v2.2.10"))
        .hasToString("pkg:golang/github.com/klauspost/cpuid/v2@v2.2.10");
    assertThat(PackageUrl.go("stdlib", "1.26.4")).hasToString("pkg:golang/stdlib@1.26.4");
    assertThat(PackageUrl.go("example.org/Mod", "")).hasToString("pkg:golang/example.org/Mod");
  }

  @Test
  void ofImages() {
    Digest manifest = Digest.sha256("x");
    assertThat(PackageUrl.image("opencode-sandbox-base", Optional.of(manifest), "amd64"))
        .hasToString("pkg:oci/opencode-sandbox-base@sha256%3A" + manifest.hex() + "?arch=amd64");
  }

  @Test
  void areReadBackByTheReferenceReader() {
    PackageURL apk =
        ReferenceReaders.purl(
            apk("libstdc++", "14.2.0-r4", "gcc", Optional.of(ABill.ALPINE)).toString());
    assertThat(apk.getName()).isEqualTo("libstdc++");
    assertThat(apk.getNamespace()).isEqualTo("alpine");
    assertThat(apk.getQualifiers()).containsEntry("distro", "alpine-3.24.2");
    PackageURL npm = ReferenceReaders.purl(PackageUrl.npm("@a/b", "1.0.0").toString());
    assertThat(npm.getNamespace()).isEqualTo("@a");
    assertThat(npm.getName()).isEqualTo("b");
  }

  private static PackageUrl apk(
      String name, String version, String origin, Optional<OsRelease> release) {
    ApkFacts facts =
        new ApkFacts(
            name,
            ApkVersion.of(version),
            "x86_64",
            new Checksum("ab".repeat(20)),
            new ApkFacts.About("MIT", origin, "", "", ""));
    return new ApkSoftware(facts, Optional.empty(), Optional.empty(), Optional.empty())
        .url(release);
  }
}
