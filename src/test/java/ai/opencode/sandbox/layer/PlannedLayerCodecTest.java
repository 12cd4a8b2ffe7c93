package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.SomeFacts;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.layer.PlannedLayer.MergedPackage;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Planned layers, read from the cache as they were written. */
class PlannedLayerCodecTest {

  private static final Digest KEY = Recipe.of("test", 1).digest();

  @TempDir private Path directory;

  @Test
  void everyLayerAndEveryReasonIsReadAsItWasWritten() throws IOException {
    List<PlannedLayer> layers =
        List.of(
            new PlannedLayer.Verbatim(SomeFacts.of("git-2.50.1-r0"), Digest.sha256("git")),
            new PlannedLayer.Merged(
                List.of(
                    new MergedPackage(SomeFacts.of("a-1"), new Reason.TooSmall(3L << 32, 7)),
                    new MergedPackage(SomeFacts.of("b-1"), new Reason.TooMany(25)),
                    new MergedPackage(SomeFacts.of("c-1"), new Reason.Hindered(obstacles()))),
                false),
            new PlannedLayer.Merged(List.of(), true),
            new PlannedLayer.Scripts(
                List.of(SomeFacts.of("busybox-1-r0"), SomeFacts.of("ca-certificates-2-r0"))),
            new PlannedLayer.Npm(
                "typescript@5.9.3",
                List.of(
                    SomeNpmFacts.of("typescript@5.9.3"),
                    new NpmFacts(
                        "usr/local/lib/node_modules/alias",
                        "other",
                        "1.0.0",
                        Optional.of(Integrity.of("sha512-" + "A".repeat(86) + "==")),
                        Optional.empty()))));
    Records<List<PlannedLayer>> records =
        new Records<>(new Cache(directory.resolve("cache")), "test", 1, new Codec());
    records.keep(KEY, layers);

    assertThat(records.find(KEY)).contains(layers);
  }

  private static List<Obstacle> obstacles() {
    List<Obstacle> obstacles =
        new ArrayList<>(
            List.of(
                new Obstacle.NotUnpacked(),
                new Obstacle.ThroughLink("a", "b"),
                new Obstacle.DirectoryIsLink("c", "d"),
                new Obstacle.OtherOwner("e", "f:g"),
                new Obstacle.UnknownRecord("h", "i"),
                new Obstacle.RefusedAttribute("j", "k"),
                new Obstacle.StaysWithOther("l", new PackageId("m")),
                new Obstacle.TakenOver("n", Optional.of(new PackageId("o"))),
                new Obstacle.TakenOver("p", Optional.empty())));
    for (Obstacle.Kind kind : Obstacle.Kind.values()) {
      obstacles.add(new Obstacle.AtPath(kind, "path of " + kind));
    }
    return obstacles;
  }

  private static final class Codec implements Records.Codec<List<PlannedLayer>> {

    @Override
    public void write(List<PlannedLayer> layers, RecordWriter out) {
      out.list(layers, PlannedLayerCodec::write);
    }

    @Override
    public List<PlannedLayer> read(RecordReader in) throws IOException {
      return in.list(PlannedLayerCodec::read);
    }
  }
}
