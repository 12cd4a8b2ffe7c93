package ai.opencode.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Skopeo, a program for images that shares no code with this one. */
public final class Skopeo {

  private static final Path PROGRAM = Path.of("/usr/bin/skopeo");

  private Skopeo() {}

  /** Runs skopeo, which must succeed, and returns its output. */
  public static String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "--insecure-policy"));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("skopeo " + String.join(" ", arguments) + ": " + output);
    }
    return output;
  }
}
