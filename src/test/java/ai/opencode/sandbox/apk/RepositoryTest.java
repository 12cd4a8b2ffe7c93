package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepositoryTest {

  private static final AnApk OLD = AnApk.named("old").info("builddate", "1600000000");
  private static final AnApk NEW = AnApk.named("new").info("builddate", "1800000000");
  private static final AnApk SILENT = AnApk.named("silent").info("builddate");
  private static final AnApk EPOCH = AnApk.named("epoch").info("builddate", "0");

  @Test
  void knowsWhenItsNewestPackageWasBuilt() {
    assertThat(repository(OLD, NEW, SILENT).newestBuild()).hasValue(1800000000L);
    assertThat(repository(NEW, OLD).newestBuild()).hasValue(1800000000L);
    assertThat(repository(SILENT, OLD).newestBuild()).hasValue(1600000000L);
  }

  @Test
  void knowsNoNewestBuildWhereNoPackageTells() {
    assertThat(repository().newestBuild()).isEmpty();
    assertThat(repository(SILENT, EPOCH).newestBuild()).isEmpty();
  }

  @Test
  void staysAsItWasMade() {
    List<ApkPackage> packages = new ArrayList<>(List.of(OLD.toPackage()));
    Repository repository = new Repository(new RepositoryLocation("/main"), null, packages);

    packages.clear();

    assertThat(repository.packages()).hasSize(1);
  }

  private static Repository repository(AnApk... packages) {
    return new Repository(
        new RepositoryLocation("/main"),
        null,
        List.of(packages).stream().map(AnApk::toPackage).toList());
  }
}
