package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Capability;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One sentence names the library that a class path lacks, wherever its first class is needed. */
class OptionalLibrariesTest {

  private static final String ROOT = "ai.opencode.sandbox.";

  /** Loads everything anew but what a class path without a library lacks. */
  private static final class Without extends URLClassLoader {

    private final String packages;

    Without(String packages) throws Exception {
      super(urls(), ClassLoader.getPlatformClassLoader());
      this.packages = packages;
    }

    private static URL[] urls() throws Exception {
      List<URL> urls = new ArrayList<>();
      for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(Path.of(each).toUri().toURL());
      }
      return urls.toArray(URL[]::new);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith(packages)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }

  private static String coordinates(String key) throws Exception {
    Properties properties = new Properties();
    try (var in = SandboxImages.class.getResourceAsStream("failure/libraries.properties")) {
      properties.load(in);
    }
    return properties.getProperty(key);
  }

  private static final String DOCKER =
      "Docker and Podman are called with docker-java, which is not on the class path. Add ";

  /** Runs a program for one image; returns exit code and messages. */
  private static String run(ClassLoader loader, String... arguments) throws Exception {
    Object image = loader.loadClass(ROOT + "SandboxImages").getMethod("base").invoke(null);
    Class<?> type = loader.loadClass(ROOT + "cli.SandboxProgram");
    Object program = type.getMethod("of", List.class).invoke(null, List.of(image));
    Method run = type.getMethod("run", PrintWriter.class, PrintWriter.class, String[].class);
    StringWriter err = new StringWriter();
    Object exitCode =
        run.invoke(program, new PrintWriter(err), new PrintWriter(err), (Object) arguments);
    return exitCode + " " + err.toString().trim();
  }

  @Test
  void theCommandLineNamesPicocli() throws Exception {
    try (URLClassLoader loader = new Without("picocli.")) {
      for (int i = 0; i < 2; i++) {
        assertThat(run(loader, "build"))
            .isEqualTo(
                "2 sandbox: The command line needs picocli, which is not on the class path. Add "
                    + coordinates("picocli")
                    + ".");
      }
    }
  }

  /** Only the program itself reads files; a program with images in code has no use for it. */
  @Test
  void aFileOfImagesNamesSnakeYaml(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("sandbox.yaml"), "images: {a: {from: base}}");
    String classPath =
        Stream.of(QuickProgram.CLASS_PATH.split(File.pathSeparator, -1))
            .filter(each -> !each.contains("snakeyaml"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                QuickProgram.JAVA,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                ROOT + "cli.OpenCodeSandbox",
                "build",
                "--file",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(output)
        .contains(
            "A file sandbox.yaml is read with snakeyaml, which is not on the class path. Add "
                + coordinates("snakeyaml")
                + ".")
        .doesNotContain("Internal error");
    assertThat(process.waitFor()).isEqualTo(2);
  }

  @Test
  void commandsThatCallAnEngineNameDockerJava(@TempDir Path directory) throws Exception {
    try (URLClassLoader loader = new Without("com.github.dockerjava.")) {
      String sentence = "2 sandbox: " + DOCKER + coordinates("docker-java") + ".";
      for (int i = 0; i < 2; i++) {
        assertThat(run(loader, "run", "image", "--workspace", directory + ":ro"))
            .isEqualTo(sentence);
        // A machine without an engine has another failure before.
        assertThat(run(loader, "build", "--to", "docker-daemon:", "--lock", directory + "/a"))
            .matches(
                "2 sandbox: (\\QDocker and Podman are called with docker-java\\E|No container"
                    + " engine found).*");
      }
      assertThat(run(loader, "security")).startsWith("0 ").contains("docker run");
      assertThat(run(loader, "verify", "--list")).startsWith("0 ");
    }
  }

  @Test
  void theLibraryNamesDockerJava() throws Exception {
    try (URLClassLoader loader = new Without("com.github.dockerjava.")) {
      Class<?> type = loader.loadClass(ROOT + "run.RunRequest");
      Object request = type.getMethod("of", String.class).invoke(null, "image");
      Throwable failure = null;
      try {
        loader.loadClass(ROOT + "Sandbox").getMethod("run", type).invoke(null, request);
      } catch (InvocationTargetException e) {
        failure = e.getCause();
      }
      assertThat(failure).hasMessage(DOCKER + coordinates("docker-java") + ".");
      assertThat(String.valueOf(failure)).startsWith(ROOT + "failure.UsageException");
    }
  }

  @Test
  void targetsInAnEngineNameTheToolsOfThisLibrary() throws Exception {
    try (URLClassLoader loader = new Without(ROOT + "engine.")) {
      Class<?> settings = loader.loadClass(ROOT + "build.BuildSettings");
      Class<?> progress = loader.loadClass(ROOT + "report.Progress");
      Class<?> type = loader.loadClass(ROOT + "SandboxBuilder");
      Object builder =
          type.getConstructor(settings, progress)
              .newInstance(
                  settings.getMethod("standard").invoke(null),
                  progress.getMethod("silent").invoke(null));
      Object image = loader.loadClass(ROOT + "SandboxImages").getMethod("base").invoke(null);
      Object target =
          loader
              .loadClass(ROOT + "publish.Target")
              .getMethod("of", String.class)
              .invoke(null, "docker-daemon:");
      Throwable failure = null;
      try {
        type.getMethod("requireReachable", List.class, List.class)
            .invoke(builder, List.of(image), List.of(target));
      } catch (InvocationTargetException e) {
        failure = e.getCause();
      }
      assertThat(failure)
          .hasMessage(
              "Docker and Podman are called with this library's artifact tools, which is not on"
                  + " the class path. Add "
                  + coordinates("tools")
                  + ".");
    }
  }

  @Test
  void theBuildFillsInTheVersions() throws Exception {
    Path pom = Path.of("pom.xml");
    for (String library : List.of("picocli", "snakeyaml", "docker-java")) {
      String version =
          Files.readString(pom)
              .replaceFirst(
                  "(?s).*<" + library + ".version>(.*?)</" + library + ".version>.*", "$1");
      // Classes that were compiled without Maven have the unfiltered file.
      assertThat(coordinates(library)).containsAnyOf(":" + version, ":@" + library + ".version@");
    }
  }

  @Test
  void knowsTheCapabilitiesThatDockerJavaHas() throws Exception {
    Class<?> type = Class.forName(ROOT + "security.Capabilities");
    Method all = type.getDeclaredMethod("all");
    all.setAccessible(true);

    assertThat((Iterable<?>) all.invoke(null))
        .map(Object::toString)
        .containsExactlyInAnyOrderElementsOf(
            List.of(Capability.values()).stream().map(Capability::name).toList());
  }
}
