package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Allowed hosts, with the engine of this machine. */
@RequiresEngine
@RequiresImages
class AllowedHostsIT extends AllowedHostsContract {

  @Override
  Map<String, String> engine() {
    return System.getenv();
  }

  @Test
  void theCommandLineStartsIt(@TempDir Path directory) throws Exception {
    Files.setAttribute(directory, "unix:uid", 1000);
    try (AnOutside outside = new AnOutside(directory);
        RunProcess run =
            RunProcess.start(
                "--network",
                "allow:host.docker.internal:" + outside.http.getAddress().getPort() + "=private",
                "--workspace",
                directory.toString(),
                BaseImage.layout(),
                "--",
                "bash",
                "-c",
                "curl -s http://host.docker.internal:"
                    + outside.http.getAddress().getPort()
                    + "/; curl -s https://evil.test/; exec sleep 60")) {
      assertThat(run.line()).isEqualTo("hello from good.test");
      run.signal("TERM");
      assertThat(run.exitCode()).isEqualTo(143);
    }
  }
}
