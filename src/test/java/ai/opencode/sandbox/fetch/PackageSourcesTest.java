package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.fetch.PackageSources.Source;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackageSourcesTest {

  private final AMirror mirror = new AMirror();
  private final PackageLocation tool = mirror.with(AnApk.named("tool"));
  private final PackageLocation other = mirror.with(AnApk.named("other"));
  private final PackageSources sources = new PackageSources();

  @Test
  void tellsFilesFromRecordsOfFormerImages() {
    sources.note(tool, Source.FORMER_IMAGE);
    assertThat(sources.summary(List.of(tool))).isEqualTo("1 package, all known from former images");
    assertThat(sources.summary(List.of(tool, other)))
        .isEqualTo("2 packages, 1 of them known from former images");
  }

  @Test
  void countsTheFileOnceItIsFetched() {
    sources.note(tool, Source.FORMER_IMAGE);
    sources.note(tool, Source.MIRROR);
    assertThat(sources.summary(List.of(tool, other)))
        .isEqualTo("2 packages, 1 of them fetched (0.0 MB)");
  }
}
