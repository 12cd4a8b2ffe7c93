package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The output of the README's first command, which is that of a cold build from the stand-in. The
 * stand-in is made of Debian's packages of the day: if its base has another digest than in the
 * README, the lines are compared without digests and numbers.
 */
@RequiresImages
@RequiresPrograms("apt-get")
@Timeout(600)
class ReadmeOutputIT {

  private static final Pattern BLOCK = Pattern.compile("(?s)\\$ mvn -q package\n(.*?)```");

  /** The start-up archive is made by the Maven build only, after the images. */
  private static final Pattern ONLY_MAVEN =
      Pattern.compile("start-up .*|WARNING: Cannot reach .*|upstream .* does not answer: .*");

  /** Steps of stages that take long on a slow machine; results of stages have another form. */
  private static final Pattern STEP =
      Pattern.compile(
          "(fetch|npm) +\\d+/.*|layer +(?!.* layers: ).*|resolve +(?!.* packages$).*|image +[^@]*"
              + "|upstream +(asking|stand-in:).*|base +[^@]*|publish +oci:.*");

  private static final Pattern TIME = Pattern.compile("^(time +)[0-9.]+ s: .*$");

  /** The digest of the stand-in's packages from which the README's images are made. */
  private static final Path PACKAGES =
      Path.of("src/test/resources/ai/opencode/sandbox/readme-packages.txt");

  @TempDir private Path directory;

  @Test
  void isThatOfTheFirstCommand() throws Exception {
    List<String> shown = lines(block());
    List<String> printed = lines(printed());
    Path file = Path.of("target", "readme-output.txt");
    Files.write(file, printed);
    String packages = packages();
    boolean same = packages.equals(Files.readString(PACKAGES).strip());

    // Stages of both images run at the same time.
    assertThat(same ? printed : masked(printed))
        .as(
            "The README's first output differs from %s, made from the stand-in %s. Replace both,"
                + " there and in %s.",
            file, packages, PACKAGES)
        .containsExactlyInAnyOrderElementsOf(same ? shown : masked(shown));
  }

  /** Returns the digest of the index of the stand-in's packages, which follow Debian's updates. */
  private String packages() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("cache/stand-in"))) {
      Path index =
          files.filter(file -> file.endsWith("x86_64/APKINDEX.tar.gz")).findFirst().orElseThrow();
      return Digest.sha256(Files.readAllBytes(index)).toString();
    }
  }

  private static String block() throws IOException {
    return BLOCK
        .matcher(Files.readString(Path.of("README.md")))
        .results()
        .map((MatchResult each) -> each.group(1))
        .findFirst()
        .orElseThrow();
  }

  /** Builds with an empty cache, but for the stand-in, which would take minutes. */
  private String printed() throws Exception {
    Path cache = Files.createDirectory(directory.resolve("cache"));
    Path made = BuildSettings.defaultCache().resolve("stand-in");
    if (Files.isDirectory(made)) {
      copy(made, cache.resolve("stand-in"));
    }
    Path project = Files.createDirectory(directory.resolve("project"));
    return Program.standard()
        .run(
            project.resolve("printed.txt"),
            List.of(
                "build",
                "--upstream",
                "stand-in",
                "--cache",
                cache.toString(),
                "--image-version",
                version(),
                "--to",
                "oci:target/images"));
  }

  private static void copy(Path from, Path to) throws Exception {
    Process copying =
        new ProcessBuilder("cp", "-a", from.toString(), to.toString()).inheritIO().start();
    assertThat(copying.waitFor()).isZero();
  }

  private static String version() throws IOException {
    Pattern version = Pattern.compile("<version>([^<]+)</version>");
    return version
        .matcher(Files.readString(Path.of("pom.xml")))
        .results()
        .map((MatchResult each) -> each.group(1))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> lines(String text) {
    return text.lines()
        .filter(each -> !ONLY_MAVEN.matcher(each).matches() && !STEP.matcher(each).matches())
        .map(each -> each.replace("scripts/opencode-sandbox", "opencode-sandbox"))
        .map(each -> TIME.matcher(each).replaceAll("$1"))
        .toList();
  }

  private static List<String> masked(List<String> lines) {
    return lines.stream()
        .map(each -> each.replaceAll("\\b[0-9a-f]{12,64}\\b", "#"))
        .map(each -> each.replaceAll(" *\\b[0-9.]+\\b", " #"))
        .toList();
  }
}
