package ai.opencode.sandbox.definition.file;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files at random: the reader fails only with its own failure, soon and with a short message. */
class SandboxFileFuzzTest {

  private static final int FILES = 1000;
  private static final int LONGEST_MESSAGE = 200_000;

  /** It leaves room for a machine that does much else; a file takes a millisecond or two. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private static final String[] PARTS = {
    "images:",
    "from:",
    "base",
    "{",
    "}",
    "[",
    "]",
    ",",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "!!x ",
    "<<: ",
    "|",
    ">-",
    "\"",
    "'",
    "\\",
    "\\x",
    "\\u12",
    "\\UFFFFFFFF",
    "#",
    " #",
    "\n",
    "\r",
    "\t",
    "  ",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "~",
    "\0",
    "\u0085",
    "\u2028",
    "\ufeff",
    "@",
    "`",
    "../",
    "https://a:b@c/",
    "sha256:",
    "64m",
    "1:1",
    "packages:",
    "files:",
    "\uD83D\uDE80",
    "$",
    "=",
    "/"
  };

  @TempDir Path temporary;

  @Test
  void failsOnlyWithItsOwnFailure() throws IOException {
    AProject project = AProject.in(temporary);
    List<byte[]> seeds = new ArrayList<>();
    RefusedFile.texts().forEach(file -> seeds.add(file.content()));
    for (Path file : AcceptedFilesTest.files()) {
      seeds.add(Files.readAllBytes(file));
    }
    Random random = new Random(20);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      byte[] content = changed(seeds.get(random.nextInt(seeds.size())), random);
      project.with(content);
      long start = System.nanoTime();
      try {
        project.read();
      } catch (UsageException e) {
        refused++;
        assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE);
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(
            "File " + i + ": " + new String(content, StandardCharsets.UTF_8), e);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONGEST);
    }
    assertThat(refused).isBetween(FILES / 2, FILES - 1);
  }

  /** Returns a copy in which some bytes are replaced, repeated, removed or swapped for parts. */
  private static byte[] changed(byte[] seed, Random random) {
    byte[] content = seed;
    for (int changes = random.nextInt(4); changes >= 0; changes--) {
      int from = random.nextInt(content.length + 1);
      int to = Math.min(content.length, from + random.nextInt(12));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(content, 0, from);
      switch (random.nextInt(4)) {
        case 0 -> out.write(random.nextInt(256));
        case 1 -> {
          for (int i = random.nextInt(50); i >= 0; i--) {
            out.write(content, from, to - from);
          }
        }
        case 2 -> out.write(content, 0, from);
        default -> out.writeBytes(part(random).getBytes(StandardCharsets.UTF_8));
      }
      out.write(content, to, content.length - to);
      content = out.toByteArray();
    }
    return content;
  }

  private static String part(Random random) {
    return PARTS[random.nextInt(PARTS.length)].repeat(1 + random.nextInt(random.nextInt(20) + 1));
  }
}
