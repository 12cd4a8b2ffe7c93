package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnnotationsTest {

  private static final Path MAIN = Path.of("src/main/java/ai/opencode/sandbox");

  /** Packages of Java, whose names begin like the product's own keys. */
  private static final Path NAMES_OF_PACKAGES = Path.of("failure/OptionalLibrary.java");

  private static final Pattern SPELLED =
      Pattern.compile("\"(org\\.opencontainers\\.image\\.|ai\\.opencode\\.sandbox\\.(?!run\"))");

  /** The keys are part of published images, so their values must not change. */
  @Test
  void keysAreThoseOfTheSpecification() {
    assertThat(
            List.of(
                Annotations.TITLE,
                Annotations.VERSION,
                Annotations.BASE_DIGEST,
                Annotations.REF_NAME,
                Annotations.UPSTREAM))
        .containsExactly(
            "org.opencontainers.image.title",
            "org.opencontainers.image.version",
            "org.opencontainers.image.base.digest",
            "org.opencontainers.image.ref.name",
            "ai.opencode.sandbox.upstream");
  }

  @Test
  void keysAreSpelledHereAndInVerifyOnly() throws IOException {
    List<Path> spelling = new ArrayList<>();
    try (Stream<Path> files = Files.walk(MAIN)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        if (SPELLED.matcher(Files.readString(file)).find()) {
          spelling.add(MAIN.relativize(file));
        }
      }
    }

    assertThat(spelling)
        .contains(Path.of("oci/Annotations.java"))
        .allMatch(
            file ->
                file.startsWith("oci/Annotations.java")
                    || file.startsWith("verify")
                    || file.equals(NAMES_OF_PACKAGES));
  }
}
