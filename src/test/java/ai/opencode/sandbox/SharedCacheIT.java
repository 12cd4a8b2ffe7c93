package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.apk.AnApk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share a cache and a lock, or run in other environments. */
@RequiresOnlyTheBuild
class SharedCacheIT {

  private static final int KILLS = Integer.getInteger("sandbox.kills", 8);

  private static final AnApk VERBATIM =
      AnApk.named("icu").withFile("usr/share/icu", 0644, noise(3_000_000));
  private static final AnApk COMPRESSED =
      AnApk.named("zoneinfo").withFile("lib64/zoneinfo", 0644, noise(3_500_000));

  @TempDir private Path directory;

  @Test
  void aKilledBuildLeavesAGoodCache() throws Exception {
    try (ASmallUpstream upstream = upstream()) {
      String right = digest(Program.standard(), upstream, "right");
      Random random = new Random(KILLS);
      Path shared = directory.resolve("shared");
      for (int i = 0; i < KILLS; i++) {
        Process process =
            Program.standard()
                .start(directory.resolve("killed"), arguments(upstream, shared, "killed"));
        if (!process.waitFor(200 + random.nextInt(1500), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }

      assertThat(digest(Program.standard(), upstream, "shared")).isEqualTo(right);
    }
  }

  @Test
  void fourBuildsAtOnceOnOneCacheMakeTheSameImage() throws Exception {
    try (ASmallUpstream upstream = upstream()) {
      Path shared = directory.resolve("shared");
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        processes.add(
            Program.standard()
                .start(
                    directory.resolve("output" + i), arguments(upstream, shared, "at-once" + i)));
      }
      List<String> digests = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        assertThat(processes.get(i).waitFor())
            .as(Files.readString(directory.resolve("output" + i)))
            .isZero();
        digests.add(result("at-once" + i));
      }

      assertThat(digests).containsOnly(digest(Program.standard(), upstream, "alone"));
    }
  }

  @Test
  void theDigestIsTheSameUnderEveryJavaOfThisMachine() throws Exception {
    List<Program> programs = Program.everyJava();
    assumeTrue(programs.size() > 1, "skipped: no second Java");
    try (ASmallUpstream upstream = upstream()) {
      List<String> digests = new ArrayList<>();
      for (Program program : programs) {
        digests.add(digest(program, upstream, "java" + digests.size()));
      }

      assertThat(digests.stream().distinct()).hasSize(1);
    }
  }

  @Test
  void neitherZoneNorLocaleNorUmaskNorUserChangesTheDigest() throws Exception {
    try (ASmallUpstream upstream = upstream()) {
      String right = digest(Program.standard(), upstream, "right");

      Program elsewhere =
          Program.standard()
              .through("sh", "-c", "umask 077; exec \"$@\"", "sh")
              .with("TZ", "Asia/Tokyo")
              .with("LC_ALL", "tr_TR.UTF-8")
              .with("JAVA_TOOL_OPTIONS", "-Duser.language=tr -Duser.name=somebody");
      assertThat(digest(elsewhere, upstream, "elsewhere")).isEqualTo(right);
    }
  }

  @Test
  void aHeapOf256MegabytesIsEnough() throws Exception {
    try (ASmallUpstream upstream = upstream()) {
      Program small = Program.standard().with("JAVA_TOOL_OPTIONS", "-Xmx256m");

      assertThat(digest(small, upstream, "small"))
          .isEqualTo(digest(Program.standard(), upstream, "right"));
    }
  }

  /** Starts an upstream with a package stored verbatim and one that is merged. */
  private ASmallUpstream upstream() throws Exception {
    return ASmallUpstream.withTheBasesPackages(directory.resolve("upstream"), VERBATIM, COMPRESSED);
  }

  private static String noise(int length) {
    StringBuilder noise = new StringBuilder(length);
    Random random = new Random(length);
    for (int i = 0; i < length; i++) {
      noise.append((char) (' ' + random.nextInt(95)));
    }
    return noise.toString();
  }

  /** Builds with a named cache, and returns the image's digest. */
  private String digest(Program program, ASmallUpstream upstream, String cache) throws Exception {
    program.run(
        directory.resolve("output"),
        arguments(upstream, directory.resolve(cache), cache + "-results"));
    return result(cache + "-results");
  }

  private String result(String results) throws Exception {
    return Files.readString(directory.resolve(results).resolve("opencode-sandbox-base.digest"));
  }

  private List<String> arguments(ASmallUpstream upstream, Path cache, String results) {
    List<String> arguments =
        new ArrayList<>(upstream.arguments("build", "base", "--to", "oci:" + cache + "-images"));
    arguments.replaceAll(
        each -> each.equals(upstream.cache().toString()) ? cache.toString() : each);
    int lock = arguments.indexOf("--lock");
    arguments.subList(lock, lock + 2).clear();
    arguments.addAll(List.of("--results", directory.resolve(results).toString()));
    return arguments;
  }
}
