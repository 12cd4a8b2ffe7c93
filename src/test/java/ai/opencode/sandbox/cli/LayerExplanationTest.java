package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.SomeFacts;
import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.Reason;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
  @MethodSource
  void namesAnObstacle(Obstacle obstacle, String expected) {
    assertThat(line(new Reason.Hindered(List.of(obstacle)))).isEqualTo("a-1 merged: " + expected);
  }

  static Stream<Arguments> namesAnObstacle() {
    PackageId other = new PackageId("o");
    return Stream.of(
        arguments(new Obstacle.NotUnpacked(), "its size is 0, so apk does not unpack it"),
        arguments(at(Kind.LISTED_TWICE), "it lists p/q twice"),
        arguments(at(Kind.LEFT_OUT), "apk leaves out p/q, but an engine would unpack it"),
        arguments(at(Kind.UNLISTED_DIRECTORY), "it does not list the directory p/q"),
        arguments(at(Kind.HARD_LINK_MODE), "p/q is a hard link whose mode is not its target's"),
        arguments(at(Kind.HARD_LINK_OWNER), "p/q is a hard link whose owner is not its target's"),
        arguments(at(Kind.SPECIAL_FILE), "p/q is a device or a pipe"),
        arguments(at(Kind.ALREADY_THERE), "/p/q exists already and is not replaced"),
        arguments(
            at(Kind.CHANGED_FILE_STAYS),
            "/p/q was changed and is kept, with the package's file beside it"),
        arguments(new Obstacle.ThroughLink("p/q", "o"), "p/q goes through a link to /o"),
        arguments(
            new Obstacle.DirectoryIsLink("p/q", "o"), "p/q is a link to /o in the layers below"),
        arguments(
            new Obstacle.OtherOwner("p/q", "o:o"),
            "p/q belongs to o:o, whose numeric ids differ in this image"),
        arguments(
            new Obstacle.UnknownRecord("p/q", "o"), "p/q has the PAX record o, which is unknown"),
        arguments(
            new Obstacle.RefusedAttribute("p/q", "o"),
            "p/q carries the attribute o, which some engines refuse"),
        arguments(new Obstacle.StaysWithOther("p/q", other), "p/q remains a file of o"),
        arguments(new Obstacle.TakenOver("p/q", Optional.of(other)), "/p/q is taken over by o"),
        arguments(
            new Obstacle.TakenOver("p/q", Optional.empty()),
            "/p/q belongs to no package after the installation"));
  }

  private static Obstacle at(Kind kind) {
    return new Obstacle.AtPath(kind, "p/q");
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

  private static String line(Reason reason) {
    PlannedLayer.Merged layer =
        new PlannedLayer.Merged(
            List.of(new PlannedLayer.MergedPackage(SomeFacts.of("a-1"), reason)), true);
    List<String> lines = LayerExplanation.lines(List.of(layer));
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
