package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayeredImageTest {

  @TempDir private Path folder;

  @Test
  void staysAsItWasMade() throws Exception {
    Digest digest = Digest.sha256("layer");
    StagedLayer layer =
        new StagedLayer(
            Descriptor.of(MediaType.LAYER_GZIP, digest, 1),
            digest,
            1,
            new PlannedLayer.Npm("tool", List.of()),
            Optional.empty(),
            StagedLayer.Obtained.MADE);
    List<StagedLayer> npm = new ArrayList<>(List.of(layer));
    try (AWorkshop workshop = AWorkshop.in(folder, AnApk.named("tool"))) {
      BuildPlan plan = workshop.plan(ASmallUpstream.image("tool"));
      LayeredImage made = workshop.layers(plan).layered(plan.on(workshop.platform).get(0));
      LayeredImage image =
          new LayeredImage(made.fetched(), made.root(), made.database(), npm, made.files());

      npm.clear();

      assertThat(image.npmLayers()).containsExactly(layer);
    }
  }
}
