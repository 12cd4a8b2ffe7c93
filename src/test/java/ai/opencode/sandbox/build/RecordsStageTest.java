package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.fetch.PackageRecords;
import ai.opencode.sandbox.records.CarriedRecords;
import ai.opencode.sandbox.records.ContentsOfRecords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records that go beside an image: those that its parent does not have. */
class RecordsStageTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk OTHER = AnApk.named("other").withFile("usr/bin/other", 0755, "#!it");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final ImageDefinition CHILD =
      ImageDefinition.from(IMAGE, "child").withPackages("other");

  @TempDir private Path folder;
  private AWorkshop workshop;

  @BeforeEach
  void open() {
    workshop = AWorkshop.in(folder, TOOL, OTHER);
  }

  @AfterEach
  void close() {
    workshop.close();
  }

  @Test
  void ofAnImageAreThoseOfTheBaseToo() throws Exception {
    ContentsOfRecords image = contents(IMAGE).get(0);

    assertThat(image.documents()).isEqualTo(workshop.inputs().baseDocuments().size()).isPositive();
    assertThat(image.facts())
        .contains(
            BaseKeys.place(workshop.inputs().base().manifest()),
            PackageRecords.headPlace(TOOL.toPackage().checksum()));
    assertThat(image.lists())
        .containsExactlyInAnyOrder(
            BaseRoots.place(workshop.inputs().base().manifest()),
            PackageRecords.filePlace(TOOL.toPackage().checksum()));
  }

  @Test
  void ofAChildAreItsOwnAlone() throws Exception {
    List<ContentsOfRecords> both = contents(CHILD);
    ContentsOfRecords child = both.get(0);

    assertThat(both).hasSize(2);
    assertThat(child.documents()).isZero();
    assertThat(child.facts()).contains(PackageRecords.headPlace(OTHER.toPackage().checksum()));
    assertThat(child.lists())
        .containsExactly(PackageRecords.filePlace(OTHER.toPackage().checksum()));
    for (String kind : List.of("layers", "sizes", "heads")) {
      assertThat(of(kind, child)).as(kind).isNotEmpty();
      assertThat(of(kind, child)).as(kind).doesNotContainAnyElementsOf(of(kind, both.get(1)));
    }
  }

  private static Set<RecordKey> of(String kind, ContentsOfRecords contents) {
    return contents.facts().stream()
        .filter(each -> each.kind().equals(kind))
        .collect(Collectors.toSet());
  }

  private List<ContentsOfRecords> contents(ImageDefinition definition) throws Exception {
    ImageStage stage = workshop.images(workshop.plan(definition));
    BuildPlan.PlannedImage planned = workshop.planned(definition);
    stage.image(planned);
    List<ContentsOfRecords> contents = new ArrayList<>();
    for (CarriedRecords each : stage.carried(planned)) {
      contents.add(ContentsOfRecords.of(each, workshop.cache.blobs()));
    }
    return contents;
  }
}
