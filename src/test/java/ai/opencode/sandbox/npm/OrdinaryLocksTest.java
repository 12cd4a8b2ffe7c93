package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The locks that npm 9 to 12 wrote for {@link OrdinaryProjects}. {@link RealNpmLocksTest} compares
 * the files beside them with what npm does today.
 */
class OrdinaryLocksTest {

  static List<Arguments> locks() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (String project : OrdinaryProjects.names()) {
      for (String npm : OrdinaryProjects.NPMS) {
        all.add(Arguments.of(project, npm));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("locks")
  void giveTheFilesThatNpmLeaves(String project, String npm, @TempDir Path root)
      throws IOException {
    NpmFiles files = OrdinaryProjects.files(project, npm);
    try (AnNpmRegistry registry = AnNpmRegistry.start()) {
      SortedMap<String, String> ours =
          OrdinaryProjects.ours(files, NpmPlatform.glibc("x64"), registry.tarballs(), root);

      assertThat(OrdinaryProjects.text(ours))
          .isEqualTo(OrdinaryProjects.read(project, "npm-" + npm + ".tree.txt"));
      Path app = root.resolve("opt/app");
      assertThat(Files.readString(app.resolve("package.json"))).isEqualTo(files.packageJson());
      assertThat(Files.readString(app.resolve("package-lock.json")))
          .isEqualTo(files.packageLock());
    }
  }

  @ParameterizedTest
  @MethodSource("locks")
  void giveAGlobalInstallation(String project, String npm, @TempDir Path root) throws IOException {
    NpmFiles files = OrdinaryProjects.files(project, npm);
    boolean lacksLibc = project.equals("platform") && !files.packageLock().contains("\"libc\"");
    try (AnNpmRegistry registry = AnNpmRegistry.start()) {
      SortedMap<String, String> ours =
          OrdinaryProjects.ourGlobal(
              files.lock(),
              NpmPlatform.musl("arm64"),
              registry.tarballs(),
              root);

      Golden.files()
          .assertText(
              "ai/opencode/sandbox/npm/global/" + project + (lacksLibc ? "-without-libc" : "") + ".txt",
              OrdinaryProjects.text(ours),
              "the locks of all versions of npm give the same global tree, but for libc");
    }
  }

  @Test
  void haveNoAddressOfARegistry() throws IOException {
    for (String project : OrdinaryProjects.names()) {
      for (String npm : OrdinaryProjects.NPMS) {
        assertThat(OrdinaryProjects.files(project, npm).packageLock().lines())
            .filteredOn(line -> line.contains("://"))
            .allMatch(line -> line.contains("\"resolved\": \"https://registry.example/"));
      }
    }
  }
}
