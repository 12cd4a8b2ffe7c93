package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the tree of the shipped lock with the files that this machine's npm installs. It needs
 * npm and its registry, so it runs on demand: {@code -Dsandbox.test.npm=true}.
 */
@EnabledIfSystemProperty(
    named = "sandbox.test.npm",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.npm=true, which asks npm and its registry")
class RealNpmTest {

  @TempDir Path folder;

  @Test
  void makesTheTreeThatNpmInstallsGlobally() throws Exception {
    NpmLock lock = ShippedLockTest.lock();
    String cpu = run(Map.of(), "node", "-p", "process.arch").strip();
    NpmTree tree = NpmTree.global(lock, NpmPlatform.glibc(cpu));
    TarballSource source = registry();
    Path ours = Files.createDirectories(folder.resolve("ours"));
    Files.createDirectories(ours.resolve("usr/local"));
    for (NpmLayerGroup group : tree.groups()) {
      UnpackedTree.extract(UnpackedTree.tar(tree, group, source), ours);
    }

    Path prefix = ours.resolve("usr/local");
    Path theirs = folder.resolve("theirs");
    List<String> install =
        new ArrayList<>(List.of("npm", "install", "--global", "--no-audit", "--prefix"));
    install.add(theirs.toString());
    lock.dependencies().forEach((name, version) -> install.add(name + "@" + version));
    try (ALockedRegistry registry = ALockedRegistry.of(ShippedLockTest.lockText(), source)) {
      install.addAll(List.of("--registry", registry.address()));
      run(Map.of(), install.toArray(String[]::new));
    }
    SortedMap<String, String> expected = UnpackedTree.listing(theirs);
    assertThat(expected).hasSizeGreaterThan(1000);
    assertThat(differences(expected, UnpackedTree.listing(prefix))).isEmpty();

    String listed =
        run(Map.of(), "npm", "ls", "--global", "--parseable", "--long", "--prefix", "" + prefix);
    assertThat(listed)
        .doesNotContain("EXTRANEOUS")
        .doesNotContain("INVALID")
        .doesNotContain("MISSING");
    String json =
        run(Map.of(), "npm", "ls", "--global", "--depth=0", "--json", "--prefix", "" + prefix);
    assertThat(json).doesNotContain("problems");
    ShippedLockTest.ASKED.forEach(name -> assertThat(json).contains("\"" + name + "\""));
    run(Map.of(), "npm", "ls", "--global", "--all", "--prefix", "" + prefix);

    Map<String, String> modules = Map.of("NODE_PATH", prefix.resolve("lib/node_modules") + "");
    assertThat(run(modules, "node", "-p", "typeof require('@anthropic-ai/sdk').default"))
        .startsWith("function");
    assertThat(
            run(modules, "node", "-p", "typeof require('@modelcontextprotocol/sdk/client').Client"))
        .startsWith("function");
    assertThat(run(Map.of(), prefix.resolve("bin/tsc") + "", "--version")).startsWith("Version ");
    assertThat(run(Map.of(), prefix.resolve("bin/tsx") + "", "--version")).startsWith("tsx v");
    Path script =
        Files.writeString(folder.resolve("a.ts"), "const n: number = 41; console.log(n + 1)");
    assertThat(run(Map.of(), prefix.resolve("bin/tsx") + "", script + "")).startsWith("42");
  }

  @Test
  void findsEveryTarballOfTheOtherPlatforms() throws IOException {
    for (String cpu : List.of("arm64", "x64")) {
      NpmTree tree = NpmTree.global(ShippedLockTest.lock(), NpmPlatform.musl(cpu));
      for (NpmLayerGroup group : tree.groups()) {
        assertThat(UnpackedTree.tar(tree, group, registry())).isNotEmpty();
      }
    }
  }

  /**
   * Returns the paths that differ; whole listings would hide them in thousands of lines. A link is
   * the same as its file, because npm's script of esbuild makes a second name of the file there.
   */
  private static List<String> differences(
      SortedMap<String, String> expected, SortedMap<String, String> actual) {
    SortedSet<String> paths = new TreeSet<>(expected.keySet());
    paths.addAll(actual.keySet());
    return paths.stream()
        .filter(each -> !Objects.equals(expected.get(each), actual.get(each)))
        .filter(each -> !Objects.equals(expected.get(each), target(each, actual)))
        .map(each -> each + ": npm " + expected.get(each) + ", ours " + actual.get(each))
        .toList();
  }

  private static @Nullable String target(String path, SortedMap<String, String> listing) {
    String entry = listing.getOrDefault(path, "");
    return entry.startsWith("-> ")
        ? listing.get(Path.of(path).resolveSibling(entry.substring(3)).normalize().toString())
        : null;
  }

  private static TarballSource registry() {
    NpmRegistry registry = NpmRegistry.from(NpmSettings.ofProcess());
    HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    return new ATarballSource(
        locked -> {
          HttpRequest.Builder request = HttpRequest.newBuilder(registry.tarball(locked));
          registry
              .authorization(registry.tarball(locked))
              .ifPresent(value -> request.header("Authorization", value));
          return get(client, request.build());
        });
  }

  private static InputStream get(HttpClient client, HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private String run(Map<String, String> environment, String... command) throws Exception {
    Path errors = folder.resolve("stderr.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as(() -> String.join(" ", command) + "\n" + out + read(errors))
        .isZero();
    return out;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
