package ai.opencode.sandbox.attest.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.attest.inputs.VisibleEvidence.Found;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.evidence.Evidence;
import ai.opencode.sandbox.evidence.LayerEvidence;
import ai.opencode.sandbox.evidence.PackageJson;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The facts about apk's list of packages, which is read once. */
class DatabaseFactsTest {

  private static final String DATABASE = "lib/apk/db/installed";
  private static final String NODE = "usr/lib/a/package.json";
  private static final String TEXT =
      "C:Q1"
          + "A".repeat(27)
          + "=\nP:tool\nV:1.0-r0\nA:x86_64\nS:1\nI:1\nT:t\nU:\nL:MIT\n"
          + "F:usr/lib/a\nR:package.json\nR:other\n\n"
          + "C:Q1"
          + "B".repeat(26)
          + "A=\nP:meta\nV:1.0-r0\nA:x86_64\nS:1\nI:1\nT:t\nU:\nL:MIT\n\n";

  @TempDir private Path folder;
  private Cache cache;
  private Descriptor layer;

  @BeforeEach
  void write() throws IOException {
    cache = new Cache(folder.resolve("cache"));
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile(DATABASE, TEXT).in(cache.blobs());
    layer = Manifest.parse(cache.blobs().read(image.digest()), "image").layers().get(0);
  }

  private VisibleEvidence visible(String... packages) {
    VisibleEvidence visible = new VisibleEvidence();
    Checksum sha1 = new Checksum("a".repeat(40));
    visible.add(
        layer,
        new LayerEvidence(
            List.of(new LayerEvidence.Seen(DATABASE, sha1, new Evidence.OfDatabase())), List.of()));
    for (String each : packages) {
      Evidence.OfNpm npm = new Evidence.OfNpm(new PackageJson("a", "1.0.0", Optional.empty()));
      visible.add(
          layer, new LayerEvidence(List.of(new LayerEvidence.Seen(each, sha1, npm)), List.of()));
    }
    return visible;
  }

  private DatabaseFacts facts(VisibleEvidence visible) throws IOException {
    return DatabaseFacts.of(visible.at(DATABASE), visible, cache);
  }

  @Test
  void areThePackagesAndTheOwnersOfFilesWithEvidence() throws IOException {
    DatabaseFacts facts = facts(visible(NODE));

    assertThat(facts.packages())
        .extracting(each -> each.facts().name())
        .containsExactly("tool", "meta");
    assertThat(facts.packages())
        .extracting(DatabaseFacts.Installed::hasFiles)
        .containsExactly(true, false);
    assertThat(facts.owners()).isEqualTo(Map.of(NODE, "tool"));
  }

  @Test
  void areFoundWithoutTheLayer() throws IOException {
    DatabaseFacts read = facts(visible(NODE));
    Files.delete(cache.blobs().path(layer.digest()));

    assertThat(facts(visible(NODE))).isEqualTo(read);
    assertThatThrownBy(() -> facts(visible(NODE, "usr/lib/a/other")))
        .as("owners of other files are in no record")
        .isInstanceOf(IOException.class);
  }

  @Test
  void haveAPlaceForEachLayerPathAndSetOfFiles() {
    Found file = visible().at(DATABASE).orElseThrow();
    Descriptor other = Descriptor.of(layer.mediaType(), Digest.sha256("other"), 1);

    assertThat(DatabaseFacts.key(file, visible(NODE)))
        .isEqualTo(DatabaseFacts.key(file, visible(NODE)))
        .isNotEqualTo(DatabaseFacts.key(file, visible()))
        .isNotEqualTo(DatabaseFacts.key(new Found(file.seen(), other), visible(NODE)));
  }

  @Test
  void areNoneWithoutAList() throws IOException {
    DatabaseFacts none = DatabaseFacts.of(Optional.empty(), visible(), cache);

    assertThat(none.packages()).isEmpty();
    assertThat(none.owners()).isEmpty();
  }
}
