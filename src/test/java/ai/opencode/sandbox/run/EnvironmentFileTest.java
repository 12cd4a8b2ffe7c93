package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of variables, which a task may have written. */
@Timeout(20)
class EnvironmentFileTest {

  private Path home;
  private Path file;

  @BeforeEach
  void makeAHome(@TempDir Path directory) throws IOException {
    home = Files.createDirectories(directory.toRealPath().resolve("users/me"));
    file = Files.createDirectories(home.resolve("project")).resolve(".env");
  }

  private List<String> read(String text) throws IOException {
    Files.writeString(file, text);
    return EnvironmentFile.of(file).variables();
  }

  private List<String> objections(Path given) {
    return EnvironmentFile.of(given)
        .objections(ForbiddenPlaces.here(Map.of(), home, List.of(), List.of()));
  }

  @Test
  void readsDockersForm() throws IOException {
    assertThat(
            read(
                Stream.of(
                        "\uFEFFA=1\r",
                        "# a comment",
                        "",
                        "  \t",
                        "  B=two words ",
                        "#C=3",
                        "D=",
                        "E=a=b",
                        "F=\"x\" # y",
                        "G.h-i=ü")
                    .collect(Collectors.joining("\n"))))
        .containsExactly("A=1", "B=two words ", "D=", "E=a=b", "F=\"x\" # y", "G.h-i=ü");
    assertThat(read("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "NAME, has a name without a value",
    "export SECRET=1, has white space in its name",
    "=SECRET, has no name",
    "SECRET =1, has white space in its name",
    "-----BEGIN SECRET KEY-----, has a name without a value"
  })
  void refusesOtherLinesWithoutShowingThem(String line, String problem) throws IOException {
    Files.writeString(file, "A=1\n" + line + "\n");

    assertThatThrownBy(() -> EnvironmentFile.of(file).variables())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Line 2 of the environment file " + file + " " + problem)
        .hasMessageContaining("Write NAME=VALUE on each line.")
        .hasMessageNotContaining("SECRET");
  }

  @Test
  void refusesBytesThatAreNoText() throws IOException {
    assertThatThrownBy(() -> read("A=1\nB=x\0y\n"))
        .hasMessageContaining("Line 2")
        .hasMessageContaining("NUL");
    Files.write(file, "A=ü".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> EnvironmentFile.of(file).variables())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not UTF-8 text");
  }

  @Test
  void refusesSizesThatNoKernelTakes() throws IOException {
    assertThat(read("A=" + "x".repeat((128 << 10) - 3))).hasSize(1);
    assertThatThrownBy(() -> read("A=" + "x".repeat((128 << 10) - 2)))
        .hasMessageContaining("is longer than 128 KiB");
    assertThatThrownBy(() -> read("A=1\n".repeat(1 << 18) + "\n"))
        .hasMessageContaining("is larger than 1 MiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/zero", "/dev/null", "/tmp", "/no/such/file", "/dev/stdin", ""})
  void refusesEverythingButARegularFile(String path) {
    assertThatThrownBy(() -> EnvironmentFile.of(Path.of(path)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Cannot read the environment file");
  }

  @Test
  void doesNotWaitForTheOtherEndOfAPipe() throws IOException, InterruptedException {
    assumeTrue(
        new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0, "skipped: no mkfifo");

    assertThatThrownBy(() -> EnvironmentFile.of(file)).hasMessageContaining("not a regular file");
    Path link = Files.createSymbolicLink(file.resolveSibling("link"), file);
    assertThatThrownBy(() -> EnvironmentFile.of(link)).hasMessageContaining("not a regular file");
  }

  @Test
  void objectsToALinkThatLeadsToKeysButNotToTheUsersOwnChoice() throws IOException {
    Path keys = Files.createDirectories(home.resolve(".aws")).resolve("credentials");
    Files.writeString(keys, "SECRET=1\n");
    Files.createSymbolicLink(file, keys);

    assertThat(objections(file))
        .singleElement()
        .asString()
        .contains("the environment file " + file + " is a link to " + keys + ", and that ");
    assertThat(objections(keys)).isEmpty();
  }

  @Test
  void objectsToALinkOnTheWay() throws IOException {
    Path keys = Files.createDirectories(home.resolve(".aws"));
    Files.writeString(keys.resolve("credentials"), "SECRET=1\n");
    Path link = Files.createSymbolicLink(home.resolve("project/conf"), keys);

    assertThat(objections(link.resolve("credentials"))).hasSize(1);
    assertThat(objections(link.resolve("../.aws/credentials"))).hasSize(1);
  }

  @Test
  void takesALinkToAHarmlessFile() throws IOException {
    Path other = Files.writeString(home.resolve("project/defaults.txt"), "A=1\n");
    Files.createSymbolicLink(file, other);

    assertThat(objections(file)).isEmpty();
    assertThat(EnvironmentFile.of(file).variables()).containsExactly("A=1");
  }

  @Test
  void readsNoOtherFileThanTheJudgedOne() throws IOException {
    Files.writeString(file, "A=1\n");
    EnvironmentFile judged = EnvironmentFile.of(file);
    Path other = Files.writeString(file.resolveSibling("other"), "SECRET=1\n");
    Files.delete(file);
    Files.createSymbolicLink(file, other);

    assertThatThrownBy(judged::variables)
        .isInstanceOfAny(UsageException.class, VerificationException.class);
    Files.delete(file);
    Files.move(other, file);
    assertThatThrownBy(judged::variables)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("was replaced after it had been checked");
  }

  @Test
  void doesNotWaitForAPipeInPlaceOfTheJudgedFile() throws Exception {
    Files.writeString(file, "A=1\n");
    EnvironmentFile judged = EnvironmentFile.of(file);
    Files.delete(file);
    assumeTrue(
        new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0, "skipped: no mkfifo");

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(judged::variables)
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("a pipe or a device"));
  }

  @Test
  void theLastValueOfANameCounts() {
    assertThat(Variables.distinct(List.of("A=1", "B=2", "A=3"))).containsExactly("A=3", "B=2");
  }
}
