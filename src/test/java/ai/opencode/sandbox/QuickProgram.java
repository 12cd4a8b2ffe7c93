package ai.opencode.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.opencode.sandbox.cli.OpenCodeSandbox;
import ai.opencode.sandbox.concurrent.Once;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The command line of the program in a process of its own, for a test that kills it, or that needs
 * its environment, directory or output. It runs the classes of this build, of which a jar and a
 * class data archive are made once: a JVM uses an archive only with jars, and without one each
 * process spends a second of processor time on reading and verifying the same classes.
 */
public final class QuickProgram {

  /** The options of a JVM that lives for a second or two. */
  public static final List<String> SHORT_LIVED =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** The program that runs this test. */
  public static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** The class path of this test, which is the same in another directory. */
  public static final String CLASS_PATH =
      Pattern.compile(File.pathSeparator, Pattern.LITERAL)
          .splitAsStream(
              System.getProperty(
                  "surefire.test.class.path", System.getProperty("java.class.path", "")))
          .map(each -> Path.of(each).toAbsolutePath().toString())
          .collect(Collectors.joining(File.pathSeparator));

  private static final Once<QuickProgram> OF_THIS_BUILD = new Once<>(QuickProgram::made);

  private final String classPath;
  private final Path archive;

  private QuickProgram(String classPath, Path archive) {
    this.classPath = classPath;
    this.archive = archive;
  }

  /** Returns the command line with some arguments. */
  public static List<String> command(String... arguments) {
    QuickProgram program = OF_THIS_BUILD.get();
    return java(
        "-XX:SharedArchiveFile=" + program.archive,
        program.classPath,
        OpenCodeSandbox.class,
        arguments);
  }

  /** Returns the command line of another program, which may be one of the test's classes. */
  public static List<String> commandOf(Class<?> main, String... arguments) {
    QuickProgram program = OF_THIS_BUILD.get();
    return java(
        "-XX:SharedArchiveFile=" + program.archive,
        program.classPath + File.pathSeparator + CLASS_PATH,
        main,
        arguments);
  }

  private static QuickProgram made() {
    try {
      Path classes =
          Path.of(
              OpenCodeSandbox.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      String name = "quick-program-" + state(classes);
      Path jar = classes.resolveSibling(name + ".jar");
      Path archive = classes.resolveSibling(name + ".jsa");
      String classPath =
          Pattern.compile(File.pathSeparator, Pattern.LITERAL)
              .splitAsStream(CLASS_PATH)
              .filter(each -> each.endsWith(".jar"))
              .map(each -> File.pathSeparator + each)
              .collect(Collectors.joining("", jar.toString(), ""));
      if (!Files.exists(jar) || !Files.exists(archive)) {
        removeThoseOfOtherStates(classes.resolveSibling(""));
        pack(classes, jar);
        write(archive, classPath);
      }
      return new QuickProgram(classPath, archive);
    } catch (IOException | InterruptedException | URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> java(
      String option, String classPath, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(List.of(JAVA));
    command.addAll(SHORT_LIVED);
    // The JVM passes over an archive that does not fit, and would print a warning.
    command.addAll(List.of("-Xlog:disable", option));
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Returns a name for the classes of this build, and for the Java that runs them. */
  private static String state(Path classes) throws IOException {
    CRC32 sum = new CRC32();
    sum.update((System.getProperty("java.vm.version") + CLASS_PATH).getBytes(UTF_8));
    for (Path file : files(classes)) {
      String line = file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
      sum.update(line.getBytes(UTF_8));
    }
    return Long.toHexString(sum.getValue());
  }

  private static List<Path> files(Path classes) throws IOException {
    try (Stream<Path> all = Files.walk(classes)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void removeThoseOfOtherStates(Path target) throws IOException {
    try (DirectoryStream<Path> old = Files.newDirectoryStream(target, "quick-program-*")) {
      for (Path each : old) {
        Files.deleteIfExists(each);
      }
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    Path partial = Files.createTempFile(jar.resolveSibling(""), "quick-program-", ".partial");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(partial))) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Path file : files(classes)) {
        zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, zip);
      }
    }
    Files.move(partial, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes the archive at the end of a build of tiny packages. */
  private static void write(Path archive, String classPath)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("quick-program");
    Path partial =
        archive.resolveSibling(archive.getFileName() + directory.getFileName().toString());
    try (ASmallUpstream upstream = ASmallUpstream.withTheBasesPackages(directory)) {
      List<String> arguments =
          upstream.arguments("build", "base", "--to=oci:" + directory + "/images");
      List<String> command =
          java(
              "-XX:ArchiveClassesAtExit=" + partial,
              classPath,
              OpenCodeSandbox.class,
              arguments.toArray(String[]::new));
      Path output = directory.resolve("output");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new AssertionError(Files.readString(output));
      }
      // A Java without an archive of its own classes writes none, and needs none to run.
      if (Files.exists(partial)) {
        Files.move(partial, archive, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }
}
