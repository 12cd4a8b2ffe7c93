package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the locks and trees of {@link OrdinaryProjects} with those that npm 9 to 12 make now. The
 * packages come from a registry in this process; npm itself comes from the one that this machine is
 * configured for. It runs on demand: {@code -Dsandbox.test.npm=true}, or {@code =write} to write the
 * files anew.
 */
@EnabledIfSystemProperty(
    named = "sandbox.test.npm",
    matches = "true|write",
    disabledReason = "skipped: no -Dsandbox.test.npm=true, which asks npm and its registry")
class RealNpmLocksTest {

  private static final boolean WRITE = "write".equals(System.getProperty("sandbox.test.npm"));

  /** Projects that a list of requests on a command line cannot express. */
  private static final Set<String> NOT_ON_A_COMMAND_LINE =
      Set.of("overrides", "platform");

  private static final String EXAMPLE = "https://registry.example/";

  private static final Map<String, Optional<Path>> NPMS = new ConcurrentHashMap<>();

  @TempDir static Path npms;
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("ai.opencode.sandbox.npm.OrdinaryLocksTest#locks")
  void leaveTheSameFiles(String project, String version) throws Exception {
    Optional<Path> npm = NPMS.computeIfAbsent(version, RealNpmLocksTest::npm);
    assumeTrue(npm.isPresent(), "skipped: no npm " + version + " at the npm registry");
    try (AnNpmRegistry registry = AnNpmRegistry.start()) {
      compare(npm.orElseThrow(), version, project, registry);
    }
  }

  private void compare(Path npm, String version, String project, AnNpmRegistry registry)
      throws Exception {
    Path resources = OrdinaryProjects.DIRECTORY.resolve(project);
    Path theirs = Files.createDirectories(folder.resolve(project));
    Files.copy(resources.resolve("package.json"), theirs.resolve("package.json"));
    npm(npm, theirs, registry, "install", "--package-lock-only", "--ignore-scripts");
    String lock = Files.readString(theirs.resolve("package-lock.json"));
    requireText(
        resources.resolve("npm-" + version + ".package-lock.json"),
        lock.replace(registry.address(), EXAMPLE));

    npm(npm, theirs, registry, "ci", "--omit=dev", "--ignore-scripts");
    SortedMap<String, String> expected = UnpackedTree.listing(theirs);
    expected.remove("node_modules/.package-lock.json");
    NpmFiles files = NpmFiles.read(theirs);
    Path ours = Files.createDirectories(folder.resolve(project + "-ours"));
    NpmPlatform platform = NpmPlatform.glibc(node("process.arch"));
    assertThat(OrdinaryProjects.ours(files, platform, registry.tarballs(), ours))
        .as("%s, npm %s", project, version)
        .isEqualTo(expected);
    if (platform.cpu().equals("x64")) {
      requireText(
          resources.resolve("npm-" + version + ".tree.txt"), OrdinaryProjects.text(expected));
    }
    String listed = npm(npm, ours.resolve("opt/app"), registry, "ls", "--all", "--omit=dev");
    assertThat(listed)
        .doesNotContain("invalid")
        .doesNotContain("extraneous")
        .doesNotContain("UNMET DEPENDENCY");
    if (!NOT_ON_A_COMMAND_LINE.contains(project)) {
      compareGlobal(npm, files, platform, registry, project);
    }
  }

  private void compareGlobal(
      Path npm, NpmFiles files, NpmPlatform platform, AnNpmRegistry registry, String project)
      throws Exception {
    Path prefix = Files.createDirectories(folder.resolve(project + "-global"));
    List<String> install =
        new ArrayList<>(List.of("install", "--global", "--ignore-scripts", "--prefix=" + prefix));
    NpmLock lock = files.lock();
    lock.dependencies().forEach((name, range) -> install.add(name + "@" + range));
    npm(npm, prefix, registry, install.toArray(String[]::new));
    Path ours = Files.createDirectories(folder.resolve(project + "-our-global"));

    assertThat(OrdinaryProjects.ourGlobal(lock, platform, registry.tarballs(), ours))
        .as("%s, globally", project)
        .isEqualTo(UnpackedTree.listing(prefix));
    String listed =
        npm(
            npm,
            prefix,
            registry,
            "ls",
            "--global",
            "--depth=0",
            "--parseable",
            "--prefix=" + ours.resolve("usr/local"));
    assertThat(listed.lines().filter(line -> line.contains("node_modules/")))
        .hasSize(lock.dependencies().size());
  }

  private static Optional<Path> npm(String version) {
    try {
      Path directory = Files.createDirectories(npms.resolve(version));
      Process pack =
          new ProcessBuilder("npm", "pack", "--silent", "npm@" + version)
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String name = new String(pack.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (pack.waitFor() != 0) {
        return Optional.empty();
      }
      Process tar =
          new ProcessBuilder("tar", "-xzf", name.strip()).directory(directory.toFile()).start();
      assertThat(tar.waitFor()).isZero();
      return Optional.of(directory.resolve("package/bin/npm-cli.js"));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void requireText(Path file, String text) throws IOException {
    if (WRITE) {
      Files.writeString(file, text);
    } else {
      assertThat(text).as("%s", file).isEqualTo(Files.readString(file));
    }
  }

  private String node(String expression) throws Exception {
    return run(folder, Map.of(), "node", "-p", expression).strip();
  }

  private String npm(Path npm, Path directory, AnNpmRegistry registry, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("node", npm.toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--no-audit", "--no-fund", "--no-update-notifier"));
    return run(
        directory,
        Map.of(
            // npm 12 takes the address of a tarball with bundled packages for a foreign one.
            "npm_config_allow_remote",
            "all",
            "npm_config_registry",
            registry.address(),
            "npm_config_cache",
            folder.resolve("cache").toString(),
            "npm_config_userconfig",
            folder.resolve("npmrc").toString(),
            "npm_config_globalconfig",
            folder.resolve("global-npmrc").toString()),
        command.toArray(String[]::new));
  }

  private String run(Path directory, Map<String, String> environment, String... command)
      throws Exception {
    Path errors = folder.resolve("stderr.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(each -> each.toLowerCase(java.util.Locale.ROOT).startsWith("npm_config_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as("%s%n%s%n%s", String.join(" ", command), out, Files.readString(errors))
        .isZero();
    return out;
  }
}
