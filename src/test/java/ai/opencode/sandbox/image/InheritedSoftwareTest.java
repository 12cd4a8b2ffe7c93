package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.Reason;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages of an image, and the layers that have them. */
class InheritedSoftwareTest {

  private static final AnApk MUSL = AnApk.named("musl").origin("musl-source");
  private static final AnApk TOOL = AnApk.named("tool");
  private static final AnApk NEW_TOOL = TOOL.version("2.0-r0");
  private static final AnApk META = AnApk.named("meta");
  private static final NpmFacts PAD = SomeNpmFacts.of("left-pad@1.0.0");
  private static final NpmFacts NEW_PAD = SomeNpmFacts.of("left-pad@2.0.0");
  private static final NpmFacts OTHER = SomeNpmFacts.of("other@1.0.0");

  private static final ImageSoftware BASE =
      InheritedSoftware.ofBase(database(MUSL, TOOL), List.of(blob("base"), blob("more")));

  @Test
  void ofABaseIsInAllOfItsLayers() {
    assertThat(BASE.apk())
        .containsExactly(
            new InLayers<>(facts(MUSL), digests("base", "more")),
            new InLayers<>(facts(TOOL), digests("base", "more")));
    assertThat(facts(MUSL).licence()).isEqualTo("MIT");
    assertThat(facts(MUSL).origin()).isEqualTo("musl-source");
    assertThat(facts(MUSL).checksum()).isEqualTo(MUSL.toPackage().checksum());
  }

  @Test
  void anUpdatedPackageIsInItsOwnLayerOnly() {
    ImageSoftware remaining =
        InheritedSoftware.from(BASE, database(MUSL, NEW_TOOL), List.of(merged(NEW_TOOL)));

    assertThat(remaining.apk())
        .containsExactly(new InLayers<>(facts(MUSL), digests("base", "more")));
    assertThat(remaining.with(List.of(layer("own", merged(NEW_TOOL)))).apk())
        .containsExactly(
            new InLayers<>(facts(MUSL), digests("base", "more")),
            new InLayers<>(facts(NEW_TOOL), digests("own")));
  }

  @Test
  void aRemovedPackageIsGone() {
    assertThat(InheritedSoftware.from(BASE, database(MUSL), List.of()).apk())
        .extracting(InLayers::pkg)
        .containsExactly(facts(MUSL));
  }

  @Test
  void aPackageWithoutFilesMayHaveNoLayer() {
    assertThat(InheritedSoftware.from(BASE, database(META), List.of()).apk())
        .containsExactly(new InLayers<>(facts(META), List.of()));
    assertThat(InheritedSoftware.from(BASE, database(NEW_TOOL), List.of()).apk())
        .as("not in the layers of the build that it replaces")
        .containsExactly(new InLayers<>(facts(NEW_TOOL), List.of()));
  }

  @Test
  void npmPackagesAreReplacedByPath() {
    ImageSoftware parent =
        ImageSoftware.NONE.with(
            List.of(layer("npm", new PlannedLayer.Npm("left-pad@1.0.0", List.of(PAD, OTHER)))));
    PlannedLayer own = new PlannedLayer.Npm("left-pad@2.0.0", List.of(NEW_PAD));

    ImageSoftware remaining = InheritedSoftware.from(parent, database(), List.of(own));

    assertThat(remaining.npm()).containsExactly(new InLayers<>(OTHER, digests("npm")));
    assertThat(remaining.with(List.of(layer("own", own))).npm())
        .containsExactly(
            new InLayers<>(OTHER, digests("npm")), new InLayers<>(NEW_PAD, digests("own")));
  }

  private static InstalledDatabase database(AnApk... packages) {
    return new InstalledDatabase(
        Stream.of(packages)
            .map(each -> new InstalledPackage(each.toPackage(), List.of()))
            .toList());
  }

  private static PlannedLayer merged(AnApk apk) {
    return new PlannedLayer.Merged(
        List.of(new PlannedLayer.MergedPackage(facts(apk), new Reason.TooSmall(1, 1))), true);
  }

  private static ImageLayer layer(String name, PlannedLayer planned) {
    return new ImageLayer(blob(name), Optional.of(planned), Optional.empty());
  }

  private static ApkFacts facts(AnApk apk) {
    return apk.toPackage().facts();
  }

  private static Descriptor blob(String name) {
    return Descriptor.of(MediaType.LAYER_GZIP, Digest.sha256(name), 1);
  }

  private static List<Digest> digests(String... names) {
    return Stream.of(names).map(Digest::sha256).toList();
  }
}
