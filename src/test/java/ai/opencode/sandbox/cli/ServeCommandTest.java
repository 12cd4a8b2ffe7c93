package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {

  @TempDir private Path directory;

  @Test
  void servesADirectoryUntilItIsEnded() throws Exception {
    Path layout = buildInto(directory.resolve("images"));
    Process process = serve(layout.toString());
    try (BufferedReader out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
      Matcher address =
          Pattern.compile("(127\\.0\\.0\\.1:\\d+)").matcher(String.valueOf(out.readLine()));
      assertThat(address.find()).isTrue();
      assertThat(out.readLine()).isEqualTo("  docker pull " + address.group() + "/small");

      HttpResponse<String> tags =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://" + address.group() + "/v2/small/tags/list"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(tags.body()).contains("\"latest\"");
    } finally {
      process.destroy();
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(directory.resolve("err")).isEmptyFile();
  }

  @Test
  void aNameThatIsACommandIsQuotedForTheShell() throws Exception {
    Path layout = buildInto(directory.resolve("images"));
    OciLayout images = new OciLayout(layout);
    images.name("x; touch it's #$(id)", images.index().manifests().get(0));
    Process process = serve(layout.toString());
    try (BufferedReader out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
      List<String> lines = List.of(out.readLine(), out.readLine(), out.readLine());
      assertThat(lines)
          .filteredOn(line -> line.contains("touch"))
          .singleElement()
          .asString()
          .matches("  docker pull '127\\.0\\.0\\.1:\\d+/x; touch it'\\\\''s #\\$\\(id\\)'");
    } finally {
      process.destroy();
    }
  }

  @Test
  void anEmptyDirectoryIsPushedTo() throws Exception {
    Path layout = buildInto(directory.resolve("images"));
    Path empty = directory.resolve("pushed");
    Process process = serve("--push", empty.toString());
    try (BufferedReader out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
      Matcher address =
          Pattern.compile("(127\\.0\\.0\\.1:\\d+)").matcher(String.valueOf(out.readLine()));
      assertThat(address.find()).isTrue();

      ARun run = ARun.of("publish", "oci:" + layout, "--to", address.group() + "/");
      assertThat(run.err()).contains("sent");
      assertThat(run.exitCode()).isZero();
      assertThat(new OciLayout(empty).find("small:dev")).isPresent();
    } finally {
      process.destroy();
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private Process serve(String... arguments) throws IOException {
    List<String> command = QuickProgram.command("serve", "--port=0");
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(directory.resolve("err").toFile());
    // Java prints a line on standard error if the variable is set.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder.start();
  }

  @Test
  void namesAPortThatIsTaken() throws Exception {
    Path layout = buildInto(directory.resolve("images"));
    try (EmbeddedRegistry other = EmbeddedRegistry.serve(new OciLayout(layout), 0)) {
      ARun run = ARun.of("serve", "--port", Integer.toString(other.port()), layout.toString());

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains(Integer.toString(other.port())).hasLineCount(1);
    }
  }

  private Path buildInto(Path layout) throws Exception {
    AnApk tool = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory.resolve("upstream"), tool)) {
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      List<BuiltImage> images = builder.build(List.of(ASmallUpstream.image("tool")));
      builder.send(images, Target.of("oci:" + layout));
    }
    return layout;
  }
}
