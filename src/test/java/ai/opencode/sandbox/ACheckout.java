package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A checkout of a new repository, with the settings of no user.
 *
 * @param directory the working directory
 */
record ACheckout(Path directory) {

  static ACheckout in(Path directory) throws Exception {
    ACheckout checkout = new ACheckout(Files.createDirectories(directory));
    checkout.git("init", "-q", "-b", "main", ".");
    return checkout;
  }

  void write(String file, String text) throws IOException {
    Path place = directory.resolve(file);
    Files.createDirectories(place.getParent());
    Files.writeString(place, text);
  }

  /** Commits everything, also if nothing has changed. */
  void commit(String subject) throws Exception {
    git("add", "--all");
    git("commit", "-q", "--allow-empty", "-m", subject);
  }

  String git(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(words));
    ProcessBuilder process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    process.environment().putAll(variables(Map.of()));
    Process git = process.start();
    String printed = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(git.waitFor()).as(printed).isZero();
    return printed.strip();
  }

  /** Returns the variables of a git without a user's settings, and more. */
  static Map<String, String> variables(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(more);
    all.put("GIT_CONFIG_GLOBAL", "/dev/null");
    all.put("GIT_CONFIG_SYSTEM", "/dev/null");
    for (String kind : List.of("AUTHOR", "COMMITTER")) {
      all.putIfAbsent("GIT_" + kind + "_NAME", "test");
      all.putIfAbsent("GIT_" + kind + "_EMAIL", "test@example.com");
    }
    return all;
  }
}
