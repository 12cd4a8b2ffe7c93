package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Large packages: stored verbatim only if extracting them gives the result of installing them, and
 * rewritten for a reported reason otherwise.
 */
@Execution(ExecutionMode.CONCURRENT)
class VerbatimLayerTest {

  private static final String NOISE = noise(2_500_000);
  private static final AnApk BIG = AnApk.named("big").withFile("usr/share/noise", 0644, NOISE);
  private static final String CAPABILITY = "SCHILY.xattr.security.capability";
  private static final Attributes PLAIN = Attributes.of(0644);

  @TempDir private Path directory;

  static Stream<Arguments> obstacles() {
    return Stream.of(
        Arguments.of(
            "a path through a link of the base",
            BIG.withFile("lib64/ld.so", 0755, "loader"),
            new Obstacle.ThroughLink("lib64/ld.so", "lib/ld.so")),
        Arguments.of(
            "an owner with another number here",
            BIG.withFile(
                "usr/owned", PLAIN.withOwner(501, 20).withNames("tools", "tools"), "owned"),
            new Obstacle.OtherOwner("usr/owned", "tools:tools")),
        Arguments.of(
            "a file that apk leaves out",
            BIG.withFile("usr/share/.keep_dir", 0644, ""),
            new Obstacle.AtPath(Kind.LEFT_OUT, "usr/share/.keep_dir")),
        Arguments.of(
            "a hidden file at the top",
            BIG.withFile(".hidden", 0644, "hidden"),
            new Obstacle.AtPath(Kind.LEFT_OUT, ".hidden")),
        Arguments.of(
            "a hard link with another mode",
            BIG.withFile("usr/bin/one", 0755, "one").withHardLink("usr/bin/two", "usr/bin/one"),
            new Obstacle.AtPath(Kind.HARD_LINK_MODE, "usr/bin/two")),
        Arguments.of(
            "a pipe",
            BIG.withEntry(new TarEntry.Fifo("usr/pipe", PLAIN)),
            new Obstacle.AtPath(Kind.SPECIAL_FILE, "usr/pipe")),
        Arguments.of(
            "an attribute that some engines refuse",
            BIG.withFile(
                "usr/tagged", PLAIN.withPax(Map.of("SCHILY.xattr.user.tag", "x")), "tagged"),
            new Obstacle.RefusedAttribute("usr/tagged", "SCHILY.xattr.user.tag")),
        Arguments.of(
            "an unknown record",
            BIG.withFile("usr/odd", PLAIN.withPax(Map.of("VENDOR.place", "usr/bin/git")), "odd"),
            new Obstacle.UnknownRecord("usr/odd", "VENDOR.place")),
        Arguments.of(
            "an access list",
            BIG.withFile("usr/odd", PLAIN.withPax(Map.of("SCHILY.acl.access", "u::rw-")), "odd"),
            new Obstacle.UnknownRecord("usr/odd", "SCHILY.acl.access")),
        Arguments.of(
            "a security label of the machine that made it",
            BIG.withFile(
                "usr/odd", PLAIN.withPax(Map.of("SCHILY.xattr.security.selinux", "x")), "odd"),
            new Obstacle.RefusedAttribute("usr/odd", "SCHILY.xattr.security.selinux")),
        Arguments.of(
            "a directory with an attribute",
            BIG.withDirectory("usr/odd", Attributes.of(0755).withPax(Map.of(CAPABILITY, "x"))),
            new Obstacle.RefusedAttribute("usr/odd", CAPABILITY)),
        Arguments.of(
            "a file that was changed below etc",
            BIG.withFile("etc/shells", 0644, "/bin/other\n"),
            new Obstacle.AtPath(Kind.CHANGED_FILE_STAYS, "etc/shells")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("obstacles")
  void isRewrittenBecauseOf(String what, AnApk apk, Obstacle obstacle) throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, apk)) {
      BuiltImage image = build(upstream, "big");

      assertThat(obstacles(image)).contains(obstacle);
      assertThat(digests(image)).doesNotContain(Digest.sha256(apk.data()));
      assertThat(root(image, upstream).text("usr/share/noise")).isEqualTo(NOISE);
      BuiltRoot root = root(image, upstream);
      if (root.has("usr/odd")) {
        assertThat(root.entry("usr/odd").attributes().pax()).isEmpty();
      }
    }
  }

  @Test
  void isVerbatimWithoutObstacles() throws Exception {
    AnApk apk =
        BIG.withDirectory(
                "var/tools", Attributes.of(01777).withOwner(77, 78).withNames("tools", "tools"))
            .withFile("usr/bin/su", 04755, "su")
            .withFile(
                "usr/bin/ping",
                Attributes.of(0755).withPax(Map.of(CAPABILITY, "\1\0\0\2\u00c0\40\0\0")),
                "ping")
            .withLink("usr/bin/link", "su");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, apk)) {
      BuiltImage image = build(upstream, "big");

      assertThat(image.planned())
          .contains(
              new PlannedLayer.Verbatim(
                  apk.toPackage().toBuilder().with('A', "x86_64").build().facts(),
                  Digest.sha256(apk.data())));
      assertThat(digests(image)).contains(Digest.sha256(apk.data()));
      assertThat(root(image, upstream).text("lib/apk/db/installed"))
          .containsPattern("R:ping\na:0:0:755:Q1\\S+\n");
    }
  }

  @Test
  void isRewrittenIfItConsistsOfManySmallFiles() throws Exception {
    AnApk apk = BIG;
    for (int i = 0; i < 800; i++) {
      apk = apk.withFile("usr/share/small/" + i, 0644, "");
    }
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, apk)) {
      assertThat(reasons(build(upstream, "big")))
          .singleElement()
          .isEqualTo(new Reason.TooSmall(apk.data().length, 804));
    }
  }

  @Test
  void aSmallPackagesExtendedAttributesAreRewrittenByteForByte() throws Exception {
    String value = "\1\0\0\2\u00c0\40\0\0";
    AnApk apk =
        AnApk.named("small")
            .withFile(
                "usr/bin/ping", Attributes.of(0755).withPax(Map.of(CAPABILITY, value)), "ping");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, apk)) {
      BuiltImage image = build(upstream, "small");

      assertThat(root(image, upstream).entry("usr/bin/ping").attributes().pax())
          .containsExactly(Map.entry(CAPABILITY, value));
    }
  }

  @Test
  void isRewrittenIfALaterPackageTakesOverOneOfItsFiles() throws Exception {
    AnApk first = BIG.withFile("usr/bin/tool", 0755, "first");
    AnApk second =
        AnApk.named("second")
            .depends("big")
            .replaces("big")
            .withFile("usr/bin/tool", 0755, "second");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, first, second)) {
      BuiltImage image = build(upstream, "second");

      assertThat(obstacles(image))
          .containsExactly(
              new Obstacle.TakenOver("usr/bin/tool", Optional.of(new PackageId("second"))));
      assertThat(root(image, upstream).text("usr/bin/tool")).isEqualTo("second");
    }
  }

  @Test
  void isRefusedIfItWouldDeleteFilesOfOtherLayers() throws Exception {
    AnApk apk = BIG.withFile("usr/share/.wh.zoneinfo", 0644, "");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, apk)) {
      assertThatThrownBy(() -> build(upstream, "big"))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("usr/share/.wh.zoneinfo would delete files of other layers");
    }
  }

  @Test
  void isVerbatimEvenIfALaterPackageRestrictsOneOfItsDirectories() throws Exception {
    AnApk first = BIG.withDirectory("srv/shared", 01777).withFile("srv/shared/a", 0644, "a");
    AnApk second =
        AnApk.named("second")
            .depends("big")
            .withDirectory("srv/shared", 0700)
            .withFile("srv/shared/b", 0644, "b");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, first, second)) {
      BuiltImage image = build(upstream, "second");

      assertThat(digests(image)).contains(Digest.sha256(first.data()));
      assertThat(root(image, upstream).entry("srv/shared").attributes().mode()).isEqualTo(0700);
    }
  }

  private static BuiltImage build(ASmallUpstream upstream, String name) throws Exception {
    return new SandboxBuilder(upstream.settings(), Progress.silent())
        .build(List.of(ASmallUpstream.image(name)))
        .get(0);
  }

  private static List<Reason> reasons(BuiltImage image) {
    return image.planned().stream()
        .filter(PlannedLayer.Merged.class::isInstance)
        .flatMap(layer -> ((PlannedLayer.Merged) layer).contents().stream())
        .map(PlannedLayer.MergedPackage::reason)
        .toList();
  }

  private static List<Obstacle> obstacles(BuiltImage image) {
    return reasons(image).stream()
        .filter(Reason.Hindered.class::isInstance)
        .flatMap(reason -> ((Reason.Hindered) reason).obstacles().stream())
        .toList();
  }

  private static List<Digest> digests(BuiltImage image) {
    return image.platforms().get(0).blobs().stream().map(Descriptor::digest).toList();
  }

  private static BuiltRoot root(BuiltImage image, ASmallUpstream upstream) throws Exception {
    return BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
  }

  private static String noise(int length) {
    StringBuilder noise = new StringBuilder(length);
    Random random = new Random(1);
    for (int i = 0; i < length; i++) {
      noise.append((char) (' ' + random.nextInt(95)));
    }
    return noise.toString();
  }
}
