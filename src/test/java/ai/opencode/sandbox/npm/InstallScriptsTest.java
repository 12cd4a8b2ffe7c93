package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstallScriptsTest {

  private static Map<String, String> commands(ANpmTarball tarball) throws IOException {
    ANpmLock lock = ANpmLock.asking("a").with("node_modules/a", tarball);
    return InstallScripts.read(lock.parse().packages().get(0), lock.tarballs()).commands();
  }

  private static ANpmTarball withManifest(String json) {
    return ANpmTarball.empty("a", "1.0.0").withFile("package.json", json);
  }

  @Test
  void readsTheCommandsInNpmsOrder() throws IOException {
    ANpmTarball tarball =
        withManifest(
            "{\"scripts\": {\"postinstall\": \"node b\", \"preinstall\": \"node a\","
                + " \"prepare\": \"tsc\", \"test\": \"jest\", \"install\": \" \"}}");

    assertThat(commands(tarball))
        .containsExactly(Map.entry("preinstall", "node a"), Map.entry("postinstall", "node b"));
  }

  @Test
  void compilesAPackageWithABindingAsNpmDoes() throws IOException {
    ANpmTarball tarball = withManifest("{}").withFile("binding.gyp", "{}");

    assertThat(commands(tarball)).containsExactly(Map.entry("install", "node-gyp rebuild"));
    assertThat(
            commands(
                withManifest("{\"scripts\": {\"install\": \"true\"}}")
                    .withFile("binding.gyp", "{}")))
        .containsExactly(Map.entry("install", "true"));
  }

  @Test
  void ignoresManifestsOfOtherDirectoriesAndScriptsOfOtherTypes() throws IOException {
    ANpmTarball tarball =
        withManifest("{\"scripts\": {\"install\": [\"x\"]}}")
            .withFile("lib/package.json", "{\"scripts\": {\"install\": \"evil\"}}")
            .withFile("lib/binding.gyp", "{}");

    assertThat(commands(tarball)).isEmpty();
  }

  @Test
  void refusesOtherBytesThanTheLockedOnes() {
    ANpmLock lock =
        ANpmLock.asking("a")
            .with("node_modules/a", withManifest("{}"))
            .withTarball("node_modules/a", withManifest("{ }").bytes());

    assertThatThrownBy(() -> InstallScripts.read(lock.parse().packages().get(0), lock.tarballs()))
        .isInstanceOf(VerificationException.class);
  }
}
