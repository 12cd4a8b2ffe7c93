package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merged layers of packages that are too small for layers of their own. */
class MergedLayersTest {

  private static final long PROMISED = 2_000_000;

  @TempDir private Path directory;

  @Test
  void aChangedSmallPackageRenewsLessThanTwoMegabytes() throws Exception {
    List<Descriptor> before = layers("before", packages("1.0-r0"));
    List<Descriptor> after = layers("after", packages("1.0-r1"));

    List<Descriptor> renewed = new ArrayList<>(after);
    renewed.removeAll(before);
    assertThat(after).hasSizeLessThan(12);
    assertThat(renewed.stream().mapToLong(Descriptor::size).sum()).isBetween(1L, PROMISED);
  }

  @Test
  void everyPackageIsInTheImageOnce() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, packages("1.0-r0"))) {
      BuiltRoot root =
          BuiltRoot.of(build(upstream).platforms().get(0).blobs(), new BlobStore(upstream.cache()));

      for (int i = 0; i < 40; i++) {
        String noise = "usr/share/p" + i + "/noise";
        assertThat(root.entry(noise).attributes().mode()).isEqualTo(0644);
        assertThat(root.timesWritten(noise)).as(noise).isEqualTo(1);
      }
    }
  }

  @Test
  void packagesInBetweenShareOneLargerLayer() throws Exception {
    List<AnApk> packages = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      packages.add(apk(70 + i, "1.0-r0"));
    }
    String[] names = packages.stream().map(AnApk::name).toArray(String[]::new);
    packages.add(apk(0, "1.0-r0").depends(names));

    List<Descriptor> layers = layers("between", packages.toArray(AnApk[]::new));

    // The base image's layer, one for the small package, one for the others, and Jib's.
    assertThat(layers).hasSize(4);
    assertThat(layers.stream().mapToLong(Descriptor::size).max().orElse(0))
        .isGreaterThan(4_000_000);
  }

  private List<Descriptor> layers(String name, AnApk... packages) throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory.resolve(name), packages)) {
      return build(upstream).platforms().get(0).blobs();
    }
  }

  private static BuiltImage build(ASmallUpstream upstream) throws Exception {
    return new SandboxBuilder(upstream.settings(), Progress.silent())
        .build(List.of(ASmallUpstream.image("p0")))
        .get(0);
  }

  /** Returns packages of 10 to 400 kB, one of them with the given version. */
  private static AnApk[] packages(String version) {
    List<AnApk> packages = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 39; i > 0; i--) {
      names.add("p" + i);
      packages.add(apk(i, i == 7 ? version : "1.0-r0"));
    }
    packages.add(apk(0, "1.0-r0").depends(names.toArray(String[]::new)));
    return packages.toArray(AnApk[]::new);
  }

  private static AnApk apk(int number, String version) {
    Random random = new Random(number);
    StringBuilder noise = new StringBuilder(version);
    for (int i = 0; i < 10_000 * (number + 1); i++) {
      noise.append((char) (' ' + random.nextInt(95)));
    }
    return AnApk.named("p" + number)
        .version(version)
        .withFile("usr/share/p" + number + "/noise", 0644, noise.toString());
  }
}
