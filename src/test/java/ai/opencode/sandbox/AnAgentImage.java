package ai.opencode.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The agent image, which is built only if it is named, from the inputs of this build's images. */
public final class AnAgentImage {

  private AnAgentImage() {}

  /**
   * Builds the image.
   *
   * @return its place, {@code oci:DIRECTORY:NAME}
   */
  public static String in(Path directory) throws IOException, InterruptedException {
    Path layout = directory.resolve("images");
    Program.standard()
        .with("SANDBOX_UPSTREAM", System.getProperty("sandbox.upstream", "auto"))
        .run(
            directory.resolve("build.txt"),
            List.of("build", "agent", "--to", "oci:" + layout, "--lock", directory + "/lock.json"));
    return "oci:" + layout + ":opencode-sandbox-agent";
  }
}
