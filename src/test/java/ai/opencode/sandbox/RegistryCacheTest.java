package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.AFleet.Machine;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.ARegistry;
import ai.opencode.sandbox.registry.server.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds on machines with empty caches, beside a registry that has an image of a former build.
 * Those that need no source of packages come last, when there is none.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RegistryCacheTest {

  private static final ImageDefinition IMAGE = AFleet.image("tool", "big");
  private static final ImageDefinition MORE = AFleet.image("tool", "big", "extra");

  @TempDir private static Path directory;
  private static AFleet fleet;
  private static ARegistry registry;
  private static String team;
  private static Machine first;
  private static BuiltImage made;

  @BeforeAll
  static void publish() throws IOException {
    fleet = AFleet.in(directory);
    registry = AFleet.registry(directory.resolve("registry"));
    team = registry.address() + "/team/";
    first = fleet.machine();
    made = first.send(IMAGE, team);
  }

  @AfterAll
  static void close() throws IOException {
    registry.close();
    fleet.close();
  }

  @Test
  @Order(2)
  void fetchesNothingWhenNothingChanged() throws IOException {
    fleet.endSources();
    Machine second = fleet.machine().with(first.lockText());

    BuiltImage again = second.send(IMAGE, team);

    assertThat(again.index()).isEqualTo(made.index());
    assertThat(second.lockText()).isEqualTo(first.lockText());
    assertThat(second.wasDisproved()).isFalse();
    assertThat(blobsOf(second))
        .as("layers stay in the registry")
        .doesNotContainAnyElementsOf(
            made.platforms().get(0).blobs().stream().map(Descriptor::digest).toList());
  }

  @Test
  @Order(2)
  void bringsAllBlobsForWhateverIsNotARegistry() throws IOException {
    fleet.endSources();
    Machine built = fleet.machine().with(first.lockText()).from(team);
    Machine sent = fleet.machine().with(first.lockText()).from(team);
    Path layout = directory.resolve("layout");

    Descriptor index = built.build(IMAGE).index();
    assertThat(index).isEqualTo(made.index());
    BlobStore here = new BlobStore(built.cache);
    for (Digest each : OciLayout.reachable(here, index)) {
      here.verify(each);
    }
    assertThat(sent.send(IMAGE, "oci:" + layout).index()).isEqualTo(made.index());
    BlobStore delivered = new OciLayout(layout).blobs();
    assertThat(OciLayout.reachable(delivered, index)).hasSizeGreaterThan(8);
    for (Digest each : OciLayout.reachable(delivered, index)) {
      delivered.verify(each);
    }
  }

  @Test
  @Order(1)
  void givesAnotherVersionWithoutASource() throws IOException {
    Machine nothing =
        fleet.machine().with(first.lockText()).change(RegistryCacheTest::secondVersion);
    BuiltImage expected = nothing.build(IMAGE);
    Machine second =
        fleet
            .machine()
            .with(first.lockText())
            .from(team + ":dev")
            .change(RegistryCacheTest::secondVersion);

    assertThat(second.build(IMAGE).index()).isEqualTo(expected.index()).isNotEqualTo(made.index());
    assertThat(second.lockText()).isEqualTo(first.lockText());
    requireAllTaken(second);
  }

  @Test
  @Order(1)
  void fetchesOnlyWhatAChangedLayerNeeds() throws IOException {
    Machine other = fleet.machine();
    BuiltImage expected = other.build(MORE);
    int tarballs = fleet.tarballs();
    String changed = registry.address() + "/changed/";
    Machine second = fleet.machine().with(other.lockText()).from(team);
    fleet.without(
        AFleet.BIG,
        () -> assertThat(second.send(MORE, changed).index()).isEqualTo(expected.index()));
    assertThat(second.lockText()).isEqualTo(other.lockText());
    assertThat(second.wasDisproved()).isFalse();
    assertThat(fleet.tarballs()).isEqualTo(tarballs);
    assertThat(blobsOf(second))
        .as("the base image's layer")
        .doesNotContain(made.platforms().get(0).blobs().get(0).digest());

    Machine third = fleet.machine().with(other.lockText()).from(changed);
    assertThat(third.build(MORE).index()).as("what was sent is whole").isEqualTo(expected.index());
    requireAllTaken(third);
  }

  @Test
  @Order(1)
  void asksForNoLayerThatTheTargetLends() throws IOException {
    Machine other = fleet.machine();
    BuiltImage expected = other.build(MORE);
    String base = made.platforms().get(0).blobs().get(0).digest().toString();
    List<String> asked = new CopyOnWriteArrayList<>();
    AtomicBoolean isLost = new AtomicBoolean();
    try (ARegistry own =
        ARegistry.behind(
            directory.resolve("own"),
            (request, number) -> {
              asked.add(request.method() + " " + request.path());
              // The registry has lost the layer since it was lent, and refuses the manifest.
              return isLost.get()
                      && request.method().equals("PUT")
                      && request.path().contains("/manifests/")
                      && asked.stream().noneMatch(each -> each.equals("HEAD " + layer(base)))
                  ? Answer.error(404, "MANIFEST_BLOB_UNKNOWN", "a layer is not here")
                  : null;
            })) {
      String place = own.address() + "/team/";
      fleet.machine().with(first.lockText()).send(IMAGE, place);
      asked.clear();
      isLost.set(true);
      Machine unlucky = fleet.machine().with(other.lockText());
      assertThat(unlucky.send(MORE, place).index()).isEqualTo(expected.index());
      assertThat(asked).as("it builds and sends all again").contains("HEAD " + layer(base));
      assertThat(unlucky.lockText()).isEqualTo(other.lockText());

      isLost.set(false);
      asked.clear();
      Machine back = fleet.machine().with(first.lockText());
      assertThat(back.send(IMAGE, place).index()).isEqualTo(made.index());
      assertThat(asked).doesNotContain("HEAD " + layer(base));
    }
  }

  private static String layer(String digest) {
    return "/v2/team/small/blobs/" + digest;
  }

  @Test
  @Order(1)
  void makesAChildWhoseParentIsNotAskedFor() throws IOException {
    ImageDefinition child = ImageDefinition.from(IMAGE, "child").withPackages("extra");
    Machine origin = fleet.machine();
    BuiltImage expected = origin.send(child, team);

    Machine second = fleet.machine().with(origin.lockText());
    assertThat(second.send(child, team).index()).isEqualTo(expected.index());
    assertThat(second.lockText()).isEqualTo(origin.lockText());
    requireAllTaken(second);

    Machine both = fleet.machine().with(origin.lockText());
    assertThat(both.send(List.of(child, IMAGE), team))
        .extracting(BuiltImage::index)
        .containsExactly(expected.index(), made.index());
    requireAllTaken(both);
  }

  @Test
  @Order(1)
  void makesTheParentOutOfItsChild() throws IOException {
    ImageDefinition child = ImageDefinition.from(IMAGE, "child").withPackages("extra");
    Machine origin = fleet.machine();
    origin.send(child, registry.address() + "/children/");
    Machine parent =
        fleet.machine().with(origin.lockText()).from(registry.address() + "/children/child");

    assertThat(parent.build(IMAGE).index()).isEqualTo(made.index());
    assertThat(parent.lockText()).isEqualTo(origin.lockText());
  }

  @Test
  @Order(1)
  void aMachineBuildsAgainOutOfWhatItBorrowed() throws IOException {
    Machine second = fleet.machine().with(first.lockText());
    assertThat(second.send(IMAGE, team).index()).isEqualTo(made.index());
    assertThat(second.send(IMAGE, team).index()).isEqualTo(made.index());
    assertThat(second.from(team).build(IMAGE).index()).isEqualTo(made.index());
    assertThat(second.from().change(each -> each.withOffline(true)).build(IMAGE).index())
        .as("everything is here")
        .isEqualTo(made.index());
    requireAllTaken(second);
  }

  @Test
  @Order(1)
  void doesNotNeedTheRegistryAfterABorrowedBuild() throws IOException {
    Machine second = fleet.machine().with(first.lockText());
    second.send(IMAGE, team);

    assertThat(second.build(IMAGE).index())
        .as("made of the sources, because the layers stayed in the registry")
        .isEqualTo(made.index());
    assertThat(second.lockText()).isEqualTo(first.lockText());
  }

  @Test
  @Order(2)
  void sendsLentLayersToAnotherRegistry() throws IOException {
    fleet.endSources();
    try (ARegistry elsewhere = AFleet.registry(directory.resolve("elsewhere"))) {
      Machine second = fleet.machine().with(first.lockText()).from(team);

      assertThat(second.send(IMAGE, elsewhere.address() + "/other/").index())
          .isEqualTo(made.index());
      BlobStore there = new BlobStore(directory.resolve("elsewhere"));
      for (Digest each : OciLayout.reachable(there, made.index())) {
        there.verify(each);
      }
    }
  }

  @Test
  @Order(1)
  void buildsWithoutWhatNoLockProves() throws IOException {
    Machine unlocked = fleet.machine().from(team);
    assertThat(unlocked.build(IMAGE).index()).isEqualTo(made.index());
    assertThat(unlocked.lockText()).isEqualTo(first.lockText());

    String older = first.lockText().replaceAll(",\\s*\"records\"\\s*:\\s*\"[^\"]*\"", "");
    assertThat(older).isNotEqualTo(first.lockText());
    Machine olderLock = fleet.machine().with(older).from(team);
    assertThat(olderLock.build(IMAGE).index()).isEqualTo(made.index());
    assertThat(olderLock.lockText()).as("is completed").isEqualTo(first.lockText());
    assertThat(olderLock.saidOfFormer()).noneMatch(each -> each.contains("is not used"));
  }

  @Test
  @Order(1)
  void buildsBesideAnImageWithoutStatements() throws IOException {
    Machine silent = fleet.machine().with(first.lockText());
    silent
        .change(each -> each.withAttestations(Set.of()))
        .send(IMAGE, registry.address() + "/silent/");
    Machine second =
        fleet.machine().with(first.lockText()).from(registry.address() + "/silent/:dev");

    assertThat(second.build(IMAGE).index()).isEqualTo(made.index());
    assertThat(second.lockText()).isEqualTo(first.lockText());
    assertThat(second.wasDisproved()).isFalse();
  }

  @Test
  @Order(1)
  void buildsBesideAnImageOfAnotherDefinition() throws IOException {
    ImageDefinition other = IMAGE.withEnvironment("A", "1");
    Machine nothing = fleet.machine().with(first.lockText());
    BuiltImage expected = nothing.build(other);
    Machine second = fleet.machine().with(first.lockText()).from(team);

    assertThat(second.send(other, registry.address() + "/other/").index())
        .isEqualTo(expected.index())
        .isNotEqualTo(made.index());
    assertThat(second.lockText()).isEqualTo(nothing.lockText());
  }

  @Test
  @Order(1)
  void buildsBesideAnImageOnAnotherBaseAndForAnotherPlatform() throws IOException {
    try (AFleet others = AFleet.forBothPlatforms(Files.createDirectory(directory.resolve("b")))) {
      Machine origin = others.machine().change(RegistryCacheTest::both);
      BuiltImage expected = origin.send(IMAGE, registry.address() + "/both/");
      Machine beside = others.machine().with(origin.lockText()).from(team + ":dev");
      beside = beside.change(RegistryCacheTest::both);
      assertThat(beside.build(IMAGE).index()).isEqualTo(expected.index());
      assertThat(beside.lockText()).isEqualTo(origin.lockText());

      others.endSources();
      Machine second = others.machine().with(origin.lockText()).change(RegistryCacheTest::both);
      assertThat(second.send(IMAGE, registry.address() + "/both/").index())
          .isEqualTo(expected.index());
      assertThat(second.wasDisproved()).isFalse();
      assertThat(expected.platforms()).hasSize(2);
    }
  }

  @Test
  @Order(1)
  void takesWhatAnImageOfAnotherNameHas() throws IOException {
    ImageDefinition renamed = IMAGE.withName("renamed");
    Machine origin = fleet.machine();
    BuiltImage expected = origin.build(renamed);
    Machine second = fleet.machine().with(origin.lockText()).from(team + "small:dev");

    fleet.without(
        AFleet.BIG, () -> assertThat(second.build(renamed).index()).isEqualTo(expected.index()));
    assertThat(second.lockText()).isEqualTo(origin.lockText());
    assertThat(second.wasDisproved()).isFalse();
  }

  /** Requires that a build read, fetched and made no layer and no package. */
  private static void requireAllTaken(Machine machine) {
    assertThat(machine.said())
        .noneMatch(each -> each.matches("(fetch|npm|layer): .*"))
        .noneMatch(each -> each.contains("is not used"));
  }

  private static BuildSettings both(BuildSettings settings) {
    return settings.withPlatforms(List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64));
  }

  private static BuildSettings secondVersion(BuildSettings settings) {
    return settings.withVersion("2");
  }

  private static List<Digest> blobsOf(Machine machine) throws IOException {
    try (Stream<Path> files = Files.list(machine.cache.resolve("blobs/sha256"))) {
      return files.map(each -> new Digest(each.getFileName().toString())).toList();
    }
  }
}
