package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples in the Javadoc of API types compile as they are. */
class JavadocExamplesTest {

  static List<JavadocExample> examples() throws Exception {
    return JavadocExample.all();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void compiles(JavadocExample example, @TempDir Path directory) throws Exception {
    assertThat(example.compile(directory)).isNotNull();
  }

  @Test
  void ofTheEntryPointsAreAmongThem() throws Exception {
    assertThat(examples())
        .extracting(JavadocExample::place)
        .contains(
            "SandboxBuilder 1",
            "SandboxBuilder 2",
            "JibBase 1",
            "Sandbox 1",
            "ImageDefinition 1",
            "FileTree 1",
            "StaticFile 1",
            "Progress 1");
  }
}
