package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.RequiresSharedData;
import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock of an image over a real Alpine root whose packages have newer builds. */
@RequiresSharedData
class BaseUpdatesIT {

  private static final String ROOT = "minirootfs/alpine-minirootfs-3.20.3-x86_64.tar.gz";

  /** A package of the root, in later versions. */
  private static final AnApk FIRST = AnApk.named("scanelf").version("1.3.7-r90");

  private static final AnApk SECOND = AnApk.named("scanelf").version("1.3.7-r91");

  private static final AnApk NEWER_JQ = AnApk.named("jq").version("99-r1");

  @TempDir private Path directory;

  /** One cache for all steps: each of them makes both images. */
  @Test
  void areLockedExplainedAndLeftAsAsked() throws Exception {
    try (ASmallUpstream upstream = offering(FIRST)) {
      lock(upstream);
      assertThat(lockFile()).contains("\"scanelf\"", "1.3.7-r90");

      offer(FIRST, SECOND, NEWER_JQ);
      lock(upstream, "--update", "jq");
      assertThat(lockFile()).contains("1.3.7-r90", "99-r1").doesNotContain("1.3.7-r91");

      assertThat(lock(upstream, "--update").lines().filter(line -> line.contains("scanelf")))
          .first()
          .asString()
          .contains("1.3.7-r90 → 1.3.7-r91", "base package");
      assertThat(lockFile()).contains("1.3.7-r91");

      Files.delete(directory.resolve("sandbox.lock.json"));
      lock(upstream, "--base-packages", "keep");
      assertThat(lockFile()).contains("99-r1").doesNotContain("scanelf");
      for (String option : List.of("--check", "--update")) {
        assertThat(lock(upstream, option)).isEmpty();
      }
      assertThat(run(upstream, "--check", "--base-packages", "upgrade").exitCode()).isEqualTo(7);
    }
  }

  @Test
  void moveToTheNewestBuildWhereTheLockedOneIsGone() throws Exception {
    try (ASmallUpstream upstream = offering(FIRST)) {
      lock(upstream);

      offer(SECOND, NEWER_JQ);
      ARun run = run(upstream, "--update", "jq");

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out().lines().filter(line -> line.contains("scanelf")))
          .first()
          .asString()
          .contains("1.3.7-r90 → 1.3.7-r91", "base package");
      assertThat(run.err()).contains("no longer have these builds of the lock: scanelf-1.3.7-r90.");
      assertThat(lockFile()).contains("1.3.7-r91", "99-r1").doesNotContain("1.3.7-r90");
    }
  }

  @Test
  void doNotGoBackToTheBasesOwnBuildInSilence() throws Exception {
    try (ASmallUpstream upstream = offering(FIRST)) {
      lock(upstream);
      String before = lockFile();

      offer(NEWER_JQ);
      for (List<String> options : List.of(List.of("--update", "jq"), List.of("--update"))) {
        ARun run = run(upstream, options.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(7);
        assertThat(run.err()).contains("DOWNGRADE of scanelf (1.3.7-r90 → 1.3.7-r");
        assertThat(lockFile()).isEqualTo(before);
      }
      offer(FIRST);
      assertThat(run(upstream, "--update", "--base-packages", "keep").err())
          .contains("DOWNGRADE of scanelf");

      offer(NEWER_JQ);
      String shown = lock(upstream, "--update", "jq", "--allow-downgrade");
      assertThat(shown).contains("DOWNGRADE", "base package");
      assertThat(lockFile()).contains("99-r1").doesNotContain("scanelf");
    }
  }

  private ASmallUpstream offering(AnApk... more) throws Exception {
    return ASmallUpstream.over(SharedData.path(ROOT), directory, packages(more));
  }

  /** Replaces the repository. */
  private void offer(AnApk... more) {
    ARepository.in(directory.resolve("repository"))
        .with(packages(more))
        .signed(ASmallUpstream.KEY)
        .write();
  }

  private static AnApk[] packages(AnApk... more) {
    List<AnApk> packages = new ArrayList<>(List.of(more));
    for (String name : List.of("bash", "curl", "git", "jq", "nano", "npm", "tini", "vim", "wget")) {
      if (packages.stream().noneMatch(each -> each.name().equals(name))) {
        packages.add(AnApk.named(name).version("99-r0"));
      }
    }
    packages.add(AnApk.named("ca-certificates").version("99-r0"));
    packages.add(AnApk.named("nodejs").version("99-r0"));
    packages.add(AnApk.named("build-base").version("99-r0"));
    packages.add(AnApk.named("nodejs-dev").version("99-r0"));
    packages.add(AnApk.named("python3").version("99-r0"));
    return packages.toArray(AnApk[]::new);
  }

  private String lockFile() throws Exception {
    return Files.readString(directory.resolve("sandbox.lock.json"));
  }

  private static String lock(ASmallUpstream upstream, String... options) {
    ARun run = run(upstream, options);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out();
  }

  private static ARun run(ASmallUpstream upstream, String... options) {
    List<String> words = new ArrayList<>(List.of("lock"));
    words.addAll(List.of(options));
    return ARun.of(upstream.arguments(words.toArray(String[]::new)).toArray(String[]::new));
  }
}
