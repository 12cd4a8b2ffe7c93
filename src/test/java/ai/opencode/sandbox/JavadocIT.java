package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.DocumentationTool;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documentation of public types, which must have no broken link and no malformed tag. */
@RequiresOnlyTheBuild
class JavadocIT {

  @TempDir private static Path directory;

  @Test
  void javadocReportsNoWarning() throws Exception {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      sources = files.filter(file -> file.toString().endsWith(".java")).toList();
    }
    DocumentationTool javadoc = ToolProvider.getSystemDocumentationTool();
    DiagnosticCollector<JavaFileObject> complaints = new DiagnosticCollector<>();
    StringWriter out = new StringWriter();
    try (StandardJavaFileManager files =
        javadoc.getStandardFileManager(complaints, Locale.ROOT, StandardCharsets.UTF_8)) {
      boolean done =
          javadoc
              .getTask(
                  out,
                  files,
                  complaints,
                  null,
                  List.of(
                      "-quiet",
                      "-public",
                      "-Xdoclint:all,-missing",
                      "--release",
                      "17",
                      "-classpath",
                      System.getProperty("java.class.path"),
                      "-d",
                      directory.toString()),
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(complaints.getDiagnostics()).as(out::toString).isEmpty();
      assertThat(done).as(out::toString).isTrue();
    }
    assertThat(directory.resolve("ai/opencode/sandbox/SandboxBuilder.html")).exists();
  }
}
