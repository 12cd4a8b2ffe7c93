package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.AMuslImage;
import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.RequiresSharedData;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The npm packages of the images on a real Alpine root, whose C library is musl. */
@RequiresEngine
@RequiresSharedData
@RequiresPrograms("pip3")
@EnabledIfSystemProperty(
    named = "sandbox.test.all",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.all=true, which downloads a musl Node.js")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class MuslIT {

  private BaseImage image;

  @BeforeAll
  void build(@TempDir Path directory) throws Exception {
    image = BaseImage.load(System.getenv(), AMuslImage.in(directory));
  }

  @AfterAll
  void remove() throws IOException {
    if (image != null) {
      image.close();
    }
  }

  private String out(String script) throws IOException, InterruptedException {
    BaseImage.Outcome outcome = image.run(image.shell(script));
    assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
    return outcome.out();
  }

  @Test
  void nodeRunsTypeScriptWithBothSdks() throws IOException, InterruptedException {
    assertThat(
            out(
                """
                cd /tmp
                cat >use.mts <<'EOF'
                import Anthropic from "@anthropic-ai/sdk";
                import { Client } from "@modelcontextprotocol/sdk/client/index.js";
                const key: string = String(new Anthropic({ apiKey: "none" }).apiKey);
                console.log(key, typeof Client);
                EOF
                tsx use.mts
                """))
        .isEqualTo("none function\n");
  }

  @Test
  void tscFindsATypeError() throws IOException, InterruptedException {
    assertThat(
            out(
                """
                cd /tmp
                echo 'const one: number = "one";' >wrong.ts
                ! tsc --noEmit wrong.ts
                """))
        .contains("TS2322");
  }

  @Test
  void openCodeEditsAFileAndRunsACommand(@TempDir Path directory)
      throws IOException, InterruptedException {
    new AnAgentTask(image).editsAFileAndRunsACommand(directory);
  }
}
