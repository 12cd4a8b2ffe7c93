package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.SecurityOptions;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/**
 * Typical work of an agent in a hardened container of the developer image: read-only root, no
 * capabilities, no network. The container also runs a registry and a git server, with packages from
 * the npm registry of this machine.
 */
@RequiresEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@RequiresImages
class HardenedWorkloadIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A native module that is built from its source, and its build tool. */
  private static final List<List<String>> PACKAGES =
      List.of(List.of("bufferutil", "4.1.0"), List.of("node-gyp-build", "4.8.4"));

  /** Serves the directory served/ at $URL while {@code sh -c "$1"} runs. */
  private static final String SERVER =
      """
      cat >/tmp/server.js <<'EOF'
      const fs = require("node:fs"), http = require("node:http");
      http.createServer((request, response) =>
        fs.readFile("/workspace/served" + request.url.split("?")[0], (error, bytes) => {
          response.writeHead(error ? 404 : 200);
          response.end(bytes);
        })).listen(4873, "127.0.0.1", () =>
          require("node:child_process")
            .spawn("sh", ["-euc", process.argv[2]], { stdio: "inherit" })
            .on("exit", (code) => process.exit(code ?? 1)));
      EOF
      """;

  private record Work(String says, String script, String prints) {}

  private static final List<Work> WORK =
      List.of(
          new Work(
              "npm init and npm install of a package with a native module, built from its source",
              SERVER
                  + """
                  mkdir app && cd app
                  npm init -y >&2
                  export npm_config_registry=http://127.0.0.1:4873/ npm_config_build_from_source=true
                  node /tmp/server.js 'npm install --no-audit --no-fund bufferutil >&2'
                  test -f node_modules/bufferutil/build/Release/bufferutil.node
                  rm -rf node_modules/bufferutil/prebuilds
                  node -p '
                    const bytes = Buffer.from([1, 2, 3, 4]);
                    require("bufferutil").unmask(bytes, Buffer.from([9, 9, 9, 9]));
                    bytes.join()'
                  """,
              "8,11,10,13"),
          new Work(
              "git clone over http, a commit and a push",
              SERVER
                  + """
                  export GIT_AUTHOR_NAME=Agent GIT_AUTHOR_EMAIL=agent@localhost
                  export GIT_COMMITTER_NAME=Agent GIT_COMMITTER_EMAIL=agent@localhost
                  git init -q --bare served/origin.git
                  git clone -q served/origin.git first 2>/dev/null
                  cd first && echo one >file && git add file && git commit -q -m first
                  git push -q origin HEAD && cd ..
                  git -C served/origin.git update-server-info
                  node /tmp/server.js 'git clone -q http://127.0.0.1:4873/origin.git second'
                  cat second/file
                  """,
              "one"),
          new Work(
              "tsc builds a project",
              """
              mkdir -p project/src && cd project
              echo '{"compilerOptions":{"strict":true,"target":"es2022","module":"commonjs","rootDir":"src","outDir":"out"}}' >tsconfig.json
              echo 'export const add = (a: number, b: number): number => a + b;' >src/add.ts
              echo 'import { add } from "./add"; console.log(add(20, 22));' >src/main.ts
              tsc -p .
              node out/main.js
              """,
              "42"),
          new Work(
              "a Python test suite runs",
              """
              mkdir tests
              cat >tests/test_sum.py <<'EOF'
              import pathlib, tempfile, unittest
              class SumTest(unittest.TestCase):
                  def test_sum(self):
                      self.assertEqual(sum([20, 22]), 42)
                  def test_files(self):
                      with tempfile.TemporaryDirectory() as directory:
                          pathlib.Path(directory, "a").write_text("x")
              EOF
              python3 -m unittest discover -s tests 2>&1 | tail -n 1
              """,
              "OK"),
          new Work(
              "make builds a program of several files",
              """
              mkdir build && cd build
              printf 'int answer(void) { return 42; }\\n' >answer.c
              cat >main.c <<'EOF'
              #include <stdio.h>
              int answer(void);
              int main(void) { printf("%d\\n", answer()); return 0; }
              EOF
              printf 'main: main.o answer.o\\n\\t$(CC) -o $@ $^\\n' >Makefile
              make -s -j4 main
              ./main
              """,
              "42"));

  private String image = "";

  @BeforeAll
  void loadImage() throws IOException, InterruptedException {
    try (Engine engine =
        Engine.connect(
            EngineAddress.find(System.getenv(), Path.of(System.getProperty("user.home"))))) {
      String layout = System.getProperty("sandbox.contract.layout", "target/images");
      image =
          new EngineImages(engine, Progress.silent())
              .require("oci:" + Path.of(layout).toAbsolutePath() + ":opencode-sandbox-developer");
    }
  }

  @AfterAll
  void removeImage() {
    if (!image.isEmpty()) {
      DockerClientFactory.lazyClient().removeImageCmd(image).withForce(true).exec();
    }
  }

  @TestFactory
  Stream<DynamicTest> worksUnderAReadOnlyRoot(@TempDir Path workspace) throws Exception {
    Path served = Files.createDirectory(workspace.resolve("served"));
    for (List<String> each : PACKAGES) {
      serve(each.get(0), each.get(1), served);
    }
    try (Stream<Path> files = Files.walk(workspace)) {
      for (Path file : files.toList()) {
        if (((Number) Files.getAttribute(file, "unix:uid")).intValue() == 0) {
          Files.setAttribute(file, "unix:uid", 1000);
          Files.setAttribute(file, "unix:gid", 1000);
        }
      }
    }
    return WORK.stream().map(work -> dynamicTest(work.says, () -> doIt(work, workspace)));
  }

  private void doIt(Work work, Path workspace) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        new SandboxRun(Progress.silent())
            .run(
                RunRequest.of(image)
                    .withOptions(SecurityOptions.hardened().withNetworkMode("none"))
                    .withWorkspace(workspace)
                    .withCommand(
                        List.of("sh", "-euc", "! touch /etc/x 2>/dev/null\n" + work.script))
                    .withStreams(RunStreams.none().withOut(out).withErr(err)))
            .exitCode();

    assertThat(out.toString(StandardCharsets.UTF_8).strip())
        .as("exit code %s, errors: %s", code, err)
        .isEqualTo(work.prints);
    assertThat(code).isZero();
  }

  /** Adds a package of the npm registry to the directory of the server in the container. */
  private static void serve(String name, String version, Path served) throws Exception {
    NpmRegistry registry = NpmRegistry.from(NpmSettings.ofProcess());
    URI address = registry.tarball(name, version);
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    registry.authorization(address).ifPresent(value -> request.header("Authorization", value));
    HttpResponse<byte[]> answer =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()
            .send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as("status of %s", name).isEqualTo(200);
    String file = name + "-" + version + ".tgz";
    Files.write(served.resolve(file), answer.body());
    ObjectNode manifest = manifest(answer.body(), file);
    byte[] hash = MessageDigest.getInstance("SHA-512").digest(answer.body());
    manifest
        .putObject("dist")
        .put("tarball", "http://127.0.0.1:4873/" + file)
        .put("integrity", "sha512-" + Base64.getEncoder().encodeToString(hash));
    ObjectNode packument = JSON.createObjectNode().put("name", name);
    packument.putObject("dist-tags").put("latest", version);
    packument.putObject("versions").set(version, manifest);
    Files.write(served.resolve(name), JSON.writeValueAsBytes(packument));
  }

  private static ObjectNode manifest(byte[] tarball, String name) throws IOException {
    try (TarReader tar =
        new TarReader(
            Gzip.inflating(new ByteArrayInputStream(tarball), name),
            name,
            TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry.path().equals("package/package.json")) {
          ObjectNode manifest = (ObjectNode) JSON.readTree(tar.content().readAllBytes());
          return manifest.path("scripts").has("install")
              ? manifest.put("hasInstallScript", true)
              : manifest;
        }
      }
    }
    throw new AssertionError(name + " has no package.json");
  }
}
