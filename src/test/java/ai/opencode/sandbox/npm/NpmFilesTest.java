package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An npm project that is read from a directory of this computer. */
class NpmFilesTest {

  private static final String PROJECT = "{\"dependencies\": {\"tool\": \"1.0.0\"}}";
  private static final String LOCK = ANpmLock.asking("tool").with("node_modules/tool").json();

  @TempDir Path directory;

  @BeforeEach
  void writeProject() throws IOException {
    write("package.json", PROJECT);
    write("package-lock.json", LOCK);
  }

  @Test
  void readsTheProjectAndItsLock() throws IOException {
    NpmProject project = NpmProject.of(directory);

    assertThat(project).isEqualTo(new NpmProject(PROJECT, LOCK));
    assertThat(project.directory()).isNull();
    assertThat(project.at("/opt/app").directory()).isEqualTo("/opt/app");
    assertThat(NpmProject.of(PROJECT, LOCK)).isEqualTo(project);
  }

  @Test
  void keepsAByteOrderMarkThatNpmIgnores() throws IOException {
    write("package.json", "\ufeff" + PROJECT);

    assertThat(NpmProject.of(directory).packageJson()).startsWith("\ufeff");
  }

  @Test
  void requiresADirectoryWithAProject() throws IOException {
    refuses(directory.resolve("gone"), "is not a directory", "Name the directory");
    Files.delete(directory.resolve("package.json"));
    refuses(directory, "has no package.json", "npm init");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          npm-shrinkwrap.json | Rename it to package-lock.json
          yarn.lock           | npm install --package-lock-only in that directory. npm takes the versions from yarn.lock
          pnpm-lock.yaml      | npm install --package-lock-only in that directory
          bun.lock            | npm install --package-lock-only in that directory
          bun.lockb           | npm install --package-lock-only in that directory
          """)
  void namesTheLockOfAnotherProgram(String name, String remedy) throws IOException {
    write(name, "");
    Files.delete(directory.resolve("package-lock.json"));

    refuses(directory, "has " + name + " instead of package-lock.json", remedy);
  }

  @Test
  void requiresALock() throws IOException {
    Files.delete(directory.resolve("package-lock.json"));

    refuses(directory, "has no package-lock.json", "npm install --package-lock-only");
  }

  @Test
  void refusesTwoLocksOfWhichNpmUsesTheOther() throws IOException {
    write("npm-shrinkwrap.json", LOCK);

    refuses(directory, "has package-lock.json and npm-shrinkwrap.json", "Remove one");
  }

  @Test
  void refusesAFileThatIsNotText() throws IOException {
    Files.write(directory.resolve("package.json"), new byte[] {'{', (byte) 0xff, '}'});

    refuses(directory, "package.json is not UTF-8", "Save it");
  }

  @Test
  void refusesALargeFileWithoutReadingIt() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("package-lock.json").toFile(), "rw")) {
      file.setLength(1L << 40);
    }

    refuses(directory, "package-lock.json has more than", "smaller project");
  }

  @Test
  void refusesALinkThatLeavesTheDirectory(@TempDir Path outside) throws IOException {
    Path secret = Files.writeString(outside.resolve("secret"), PROJECT);
    Path file = directory.resolve("package.json");
    Files.delete(file);
    Files.createSymbolicLink(file, secret);

    refuses(directory, "package.json is a link that leaves its directory", "Replace it");
  }

  @Test
  void refusesADirectoryInsteadOfAFile() throws IOException {
    Path file = directory.resolve("package.json");
    Files.delete(file);
    Files.createDirectory(file);

    refuses(directory, "package.json is not a regular file", "Replace it");
  }

  @Test
  void refusesALockThatWasMadeForAnotherProject() throws IOException {
    write("package.json", "{\"dependencies\": {\"tool\": \"^2.0.0\"}}");

    assertThatThrownBy(() -> NpmProject.of(directory))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("tool is 1.0.0 in the lock and ^2.0.0 in the project");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
  }

  private static void refuses(Path place, String reason, String remedy) {
    assertThatThrownBy(() -> NpmProject.of(place))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining(remedy);
  }
}
