package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * An example in the Javadoc of an API type. Names that it does not declare, such as {@code
 * builder}, are fields of the class that it is compiled in.
 *
 * @param place the type and the number of the example
 */
record JavadocExample(String place, String code) {

  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\n(.*?)\\n *\\* *\\}</pre>", Pattern.DOTALL);
  private static final String NAME = "Example";

  @Override
  public String toString() {
    return place;
  }

  /** Returns the examples of all API types. */
  static List<JavadocExample> all() throws Exception {
    List<JavadocExample> all = new ArrayList<>();
    for (Class<?> type : ApiTest.publicTypes()) {
      if (type.isAnnotationPresent(ai.opencode.sandbox.stability.Api.class)) {
        all.addAll(of(type));
      }
    }
    return all;
  }

  static List<JavadocExample> of(Class<?> type) throws IOException {
    Path source = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
    Matcher matcher = EXAMPLE.matcher(Files.readString(source));
    List<JavadocExample> examples = new ArrayList<>();
    while (matcher.find()) {
      String code = matcher.group(1).replaceAll("(?m)^ *\\* ?", "");
      examples.add(new JavadocExample(type.getSimpleName() + " " + (examples.size() + 1), code));
    }
    return examples;
  }

  JavadocExample replacing(String text, String other) {
    assertThat(code).as(place).contains(text);
    return new JavadocExample(place, code.replace(text, other));
  }

  /** Compiles the example, with the API and Jib as imports. */
  Class<?> compile(Path directory) throws Exception {
    Set<String> packages = new TreeSet<>();
    for (Class<?> type : ApiTest.publicTypes()) {
      if (type.isAnnotationPresent(ai.opencode.sandbox.stability.Api.class)) {
        packages.add(type.getPackageName());
      }
    }
    packages.addAll(
        List.of("java.nio.file", "java.time", "java.util", "com.google.cloud.tools.jib.api"));
    StringBuilder text = new StringBuilder();
    packages.forEach(each -> text.append("import ").append(each).append(".*;\n"));
    text.append("import ai.opencode.sandbox.inspect.content.ImageSource;\n");
    text.append("import ai.opencode.sandbox.oci.Platform;\n");
    text.append("public class " + NAME + " {\n");
    text.append("  public static SandboxBuilder builder;\n");
    text.append("  public static BuiltImage image;\n");
    text.append("  public static Path agent;\n");
    text.append("  public static org.testcontainers.containers.GenericContainer<?> container;\n");
    text.append(
        code.startsWith("public static ")
            ? code
            : "public static void run() throws Exception {\n" + code + "\n}");
    text.append("\n}\n");
    Path source = Files.writeString(directory.resolve(NAME + ".java"), text);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> complaints = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(complaints, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-proc:none",
              "--release",
              "17",
              "-classpath",
              System.getProperty("java.class.path"),
              "-d",
              directory.toString());
      boolean done =
          compiler
              .getTask(null, files, complaints, options, null, files.getJavaFileObjects(source))
              .call();
      assertThat(done).as("%s: %s", place, complaints.getDiagnostics()).isTrue();
    }
    return new URLClassLoader(urls(directory), JavadocExample.class.getClassLoader())
        .loadClass(NAME);
  }

  private static URL[] urls(Path directory) throws MalformedURLException {
    return new URL[] {directory.toUri().toURL()};
  }
}
