package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lock of the developer image itself. */
class ShippedLockTest {

  static final List<String> ASKED =
      List.of("@anthropic-ai/sdk", "@modelcontextprotocol/sdk", "tsx", "typescript");

  @Test
  void isMadeForItsProjectAndPinsExactVersions() throws IOException {
    NpmLock lock = lock();

    lock.requireMadeFor(text("package.json"), "package.json");
    assertThat(lock.dependencies()).containsOnlyKeys(ASKED);
    assertThat(lock.dependencies().values()).allMatch(version -> version.matches("[0-9.]+"));
  }

  @Test
  void carriesNoAddress() throws IOException {
    assertThat(text("package-lock.json")).doesNotContain("\"resolved\"");
  }

  static Stream<NpmPlatform> platforms() {
    return Stream.of("x64", "arm64")
        .flatMap(cpu -> Stream.of(NpmPlatform.musl(cpu), NpmPlatform.glibc(cpu)));
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void hasTheNativeProgramsOfEachPlatform(NpmPlatform platform) throws IOException {
    NpmTree tree = NpmTree.global(lock(), platform);

    assertThat(tree.groups())
        .extracting(each -> each.title().replaceAll("(.)@.*", "$1"))
        .isEqualTo(ASKED);
    assertThat(tree.packages())
        .extracting(LockedNpmPackage::name)
        .filteredOn(name -> name.matches("@(esbuild|typescript)/.*"))
        .containsExactlyInAnyOrder(
            "@esbuild/linux-" + platform.cpu(), "@typescript/typescript-linux-" + platform.cpu());
  }

  static NpmLock lock() throws IOException {
    return NpmLock.parse(lockText(), "layers/sdk/package-lock.json");
  }

  static String lockText() throws IOException {
    return text("package-lock.json");
  }

  private static String text(String name) throws IOException {
    String resource = "/ai/opencode/sandbox/layers/sdk/" + name;
    try (InputStream in =
        Objects.requireNonNull(ShippedLockTest.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
