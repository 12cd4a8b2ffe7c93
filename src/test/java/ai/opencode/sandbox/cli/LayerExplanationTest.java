package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.SomeFacts;
import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.Reason;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The lines of {@code --explain}, which scripts may rely on. */
class LayerExplanationTest {

  private static final Digest DATA = Digest.sha256("data");

  @Test
  void namesTheLayerOfAPackageThatIsStoredVerbatim() {
    assertThat(
            LayerExplanation.lines(
                List.of(new PlannedLayer.Verbatim(SomeFacts.of("git-2.50.1-r0"), DATA))))
        .containsExactly("git-2.50.1-r0 unchanged, layer " + DATA);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 812 bytes in 1 entry are too few for a layer of its own",
    "2, 812 bytes in 2 entries are too few for a layer of its own",
  })
  void namesTheSizeOfASmallPackage(int entries, String expected) {
    assertThat(line(new Reason.TooSmall(812, entries))).isEqualTo("a-1 merged: " + expected);
  }

  @Test
  void namesTheNumberOfLargerPackages() {
    assertThat(line(new Reason.TooMany(25)))
        .isEqualTo("a-1 merged: the limit of layers is reached by 25 larger packages");
  }

  @Test
  void joinsObstacles() {
    assertThat(
            line(
                new Reason.Hindered(
                    List.of(
                        new Obstacle(Kind.SPECIAL_FILE, "dev/x", ""),
                        new Obstacle(Kind.LISTED_TWICE, "etc", "")))))
        .isEqualTo("a-1 merged: dev/x is a device or a pipe; it lists etc twice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOT_UNPACKED | its size is 0, so apk does not unpack it",
        "LISTED_TWICE | it lists p/q twice",
        "LEFT_OUT | apk leaves out p/q, an engine would not",
        "THROUGH_LINK | p/q goes through a link to /o",
        "OTHER_OWNER | p/q belongs to o, whose numeric ids differ here",
        "UNKNOWN_RECORD | p/q has the PAX record o, which is unknown",
        "REFUSED_ATTRIBUTE | p/q carries the attribute o, which some engines refuse",
        "UNLISTED_DIRECTORY | it does not list the directory p/q",
        "DIRECTORY_IS_LINK | p/q is a link to /o in the layers below",
        "HARD_LINK_MODE | p/q is a hard link whose mode is not its target''s",
        "HARD_LINK_OWNER | p/q is a hard link whose owner is not its target''s",
        "SPECIAL_FILE | p/q is a device or a pipe",
        "STAYS_WITH_OTHER | p/q is kept from o",
        "ALREADY_THERE | /p/q exists already and is kept",
        "CHANGED_FILE_STAYS | /p/q was changed and is kept, with the package''s file beside it",
        "TAKEN_OVER | /p/q is taken over by o",
      })
  void namesAnObstacle(Kind kind, String expected) {
    assertThat(line(kind, "o")).isEqualTo("a-1 merged: " + expected.replace("''", "'"));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void hasWordsForEveryObstacle(Kind kind) {
    assertThat(line(kind, "o")).hasSizeGreaterThan("a-1 merged: ".length());
  }

  @Test
  void namesNoPackageIfAFileIsGone() {
    assertThat(line(Kind.TAKEN_OVER, ""))
        .isEqualTo("a-1 merged: /p/q belongs to no package in the end");
  }

  @Test
  void printsEqualLinesOfSeveralPlatformsOnce() {
    PlannedLayer.Verbatim layer = new PlannedLayer.Verbatim(SomeFacts.of("git-2.50.1-r0"), DATA);

    assertThat(LayerExplanation.lines(List.of(layer, layer))).hasSize(1);
  }

  @Test
  void isSilentAboutScriptsAndNpm() {
    assertThat(
            LayerExplanation.lines(
                List.of(
                    new PlannedLayer.Scripts(List.of(SomeFacts.of("busybox-1-r0"))),
                    new PlannedLayer.Npm(
                        "left-pad@1.0.0", List.of(SomeNpmFacts.of("left-pad@1.0.0"))))))
        .isEmpty();
  }

  private static String line(Kind kind, String other) {
    return line(new Reason.Hindered(List.of(new Obstacle(kind, "p/q", other))));
  }

  private static String line(Reason reason) {
    PlannedLayer.Merged layer =
        new PlannedLayer.Merged(
            List.of(new PlannedLayer.MergedPackage(SomeFacts.of("a-1"), reason)), true);
    List<String> lines = LayerExplanation.lines(List.of(layer));
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
