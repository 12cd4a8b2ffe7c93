package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The files that the profile "release" makes of this checkout, with a version that is released. */
@RequiresOnlyTheBuild
@EnabledIfSystemProperty(
    named = "sandbox.test.all",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.all=true, which builds a release twice")
@Timeout(600)
class ReleaseProfileIT {

  private static final Path DEBIAN = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");

  @TempDir private Path machine;

  private record Ended(int exitCode, String printed) {}

  private Path checkout(String name, String version) throws Exception {
    Path checkout = Files.createDirectories(machine.resolve(name));
    run(
        Path.of("").toAbsolutePath(),
        Map.of(),
        List.of(
            "cp",
            "-R",
            "pom.xml",
            "LICENSE",
            "README.md",
            ".github",
            "src",
            "layers",
            "scripts",
            checkout.toString()));
    Path pom = checkout.resolve("pom.xml");
    String text = Files.readString(pom);
    assertThat(text).contains("<version>1.0.0-SNAPSHOT</version>");
    Files.writeString(
        pom,
        text.replace("<version>1.0.0-SNAPSHOT</version>", "<version>" + version + "</version>"));
    return checkout;
  }

  private static Ended run(Path directory, Map<String, String> environment, List<String> command)
      throws Exception {
    ProcessBuilder process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    process.environment().putAll(environment);
    Process started = process.start();
    String printed = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(started.waitFor(), printed);
  }

  /**
   * @param prefix a program that starts the command, such as one that changes the time
   */
  private static Ended maven(
      Path checkout, Map<String, String> environment, List<String> prefix, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(property("sandbox.it.maven"), "bin", "mvn").toString());
    command.add("-B");
    command.add("-q");
    command.add("-Dmaven.repo.local=" + property("sandbox.it.repository"));
    command.addAll(List.of(arguments));
    Map<String, String> all = new TreeMap<>(environment);
    all.putIfAbsent("JAVA_HOME", DEBIAN.toString());
    return run(checkout, all, command);
  }

  private static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), name);
  }

  /** Returns the jars and the bill of materials, by name. */
  private static Map<String, Path> made(Path checkout) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> found = Files.list(checkout.resolve("target"))) {
      found
          .filter(
              file ->
                  file.toString().endsWith(".jar") || file.endsWith("opencode-sandbox.cdx.json"))
          .forEach(file -> files.put(file.getFileName().toString(), file));
    }
    return files;
  }

  private static List<String> onAnotherDay() {
    Path faketime = Path.of("/usr/bin/faketime");
    return Files.isExecutable(faketime)
        ? List.of(faketime.toString(), "2027-03-05 11:11:11")
        : List.of();
  }

  @Test
  void makesTheSameJarsInAnotherDirectoryOnAnotherDayInAnotherLocale() throws Exception {
    try (AGpgKey key = AGpgKey.in(machine.resolve("gnupg"), "secret")) {
      makesTheSameJars(key);
    }
  }

  private void makesTheSameJars(AGpgKey key) throws Exception {
    Path one = checkout("one", "1.0.0");
    Path other = checkout("another/directory", "1.0.0");

    Ended first =
        maven(one, Map.of(), List.of(), "-Prelease", "verify", "-DskipTests", "-Dsandbox.skip");
    assertThat(first.exitCode()).as(first.printed()).isZero();
    Ended second =
        maven(
            other,
            Map.of(
                "TZ", "Pacific/Auckland",
                "LC_ALL", "C",
                "JAVA_TOOL_OPTIONS", "-Duser.language=tr -Duser.country=TR",
                "MAVEN_GPG_KEY", key.armored(),
                "MAVEN_GPG_PASSPHRASE", "secret"),
            onAnotherDay(),
            "-Prelease,sign",
            "verify",
            "-DskipTests",
            "-Dsandbox.skip");
    assertThat(second.exitCode()).as(second.printed()).isZero();

    Map<String, Path> jars = made(one);
    assertThat(jars)
        .containsOnlyKeys(
            "opencode-sandbox-images-1.0.0.jar",
            "opencode-sandbox-images-1.0.0-javadoc.jar",
            "opencode-sandbox-images-1.0.0-sources.jar",
            "opencode-sandbox-images-1.0.0-stand-in.jar",
            "opencode-sandbox-images-1.0.0-tools.jar",
            "opencode-sandbox.jar",
            "opencode-sandbox.cdx.json");
    Map<String, Path> again = made(other);
    jars.forEach((name, file) -> assertThat(again.get(name)).hasSameBinaryContentAs(file));
    for (Path file : again.values()) {
      if (!file.endsWith("opencode-sandbox.jar")) {
        key.requireSigned(file);
      }
    }
  }

  @Test
  void refusesASnapshot() throws Exception {
    Ended ended =
        maven(checkout("one", "1.0.1-SNAPSHOT"), Map.of(), List.of(), "-Prelease", "validate");

    assertThat(ended.exitCode()).isNotZero();
    assertThat(ended.printed()).contains("A release has a version without -SNAPSHOT");
  }

  @Test
  void refusesAnotherJava() throws Exception {
    Path checkout = checkout("one", "1.0.0");
    List<Path> others = new ArrayList<>();
    for (Program each : Program.everyJava()) {
      Path programs = Objects.requireNonNull(each.java().getParent());
      Path home = Objects.requireNonNull(programs.getParent());
      if (!Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"17.")) {
        others.add(home);
      }
    }
    assumeFalse(others.isEmpty(), "skipped: no second Java");

    for (Path home : others) {
      Ended ended =
          maven(checkout, Map.of("JAVA_HOME", home.toString()), List.of(), "-Prelease", "validate");
      assertThat(ended.exitCode()).isNotZero();
      assertThat(ended.printed()).contains("A release is made by the compiler of Java 17");
    }
  }
}
