package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The option {@code --base-packages} of the commands that choose packages. */
class BasePackagesTest {

  @TempDir private Path directory;

  @Test
  void theLockRecordsTheChoiceAndAnotherOneIsRefused() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.withTheBasesPackages(directory)) {
      assertThat(build(upstream, "--base-packages", "keep").exitCode()).isZero();
      assertThat(Files.readString(directory.resolve("sandbox.lock.json"))).contains("\"keep\"");

      ARun same = build(upstream, "--locked", "--base-packages", "keep");
      assertThat(same.exitCode()).as(same.err()).isZero();
      ARun other = build(upstream, "--locked", "--base-packages", "upgrade");
      assertThat(other.exitCode()).as(other.err()).isEqualTo(7);
    }
  }

  @Test
  void refusesAnotherWord() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.withTheBasesPackages(directory)) {
      ARun run = run(upstream, "lock", "--base-packages", "newest");
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains("newest", "upgrade", "keep");
      assertThat(build(upstream, "--base-packages", "newest").exitCode()).isEqualTo(2);
    }
  }

  private ARun build(ASmallUpstream upstream, String... options) {
    List<String> words = new ArrayList<>(List.of("build"));
    words.addAll(List.of(options));
    words.addAll(List.of("--to", "oci:" + directory.resolve("images"), "base"));
    return run(upstream, words.toArray(String[]::new));
  }

  private static ARun run(ASmallUpstream upstream, String... words) {
    return ARun.of(upstream.arguments(words).toArray(String[]::new));
  }
}
