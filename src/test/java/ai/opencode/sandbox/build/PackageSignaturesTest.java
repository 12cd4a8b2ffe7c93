package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages of a signed index, with and without signatures of their own. */
class PackageSignaturesTest {

  private static final AnApk SIGNED =
      AnApk.named("signed").withFile("usr/bin/signed", 0755, "1").signed(ASmallUpstream.KEY);
  private static final AnApk UNSIGNED =
      AnApk.named("unsigned").withFile("usr/bin/unsigned", 0755, "2");
  private static final AnApk BY_ANOTHER =
      AnApk.named("foreign")
          .withFile("usr/bin/foreign", 0755, "3")
          .signed(ASigningKey.named("other.rsa.pub"));

  @TempDir private Path directory;

  @Test
  void namesPackagesWithoutASignatureOfTheImagesKeys() throws IOException {
    assertThat(warnings(Set.of(AttestationKind.ORIGIN), SIGNED, UNSIGNED, BY_ANOTHER))
        .containsExactly(
            "small for linux/amd64: no key of the image signed the packages foreign-1.0-r0,"
                + " unsigned-1.0-r0 themselves, only the index that lists them, so the image cannot"
                + " prove their origin. Use another mirror if the packager has signed them.");
  }

  @Test
  void isSilentIfAllAreSignedOrNoOriginIsToldOf() throws IOException {
    assertThat(warnings(Set.of(AttestationKind.ORIGIN), SIGNED)).isEmpty();
    assertThat(warnings(Set.of(AttestationKind.SBOM), SIGNED, UNSIGNED)).isEmpty();
  }

  @Test
  void namesAFewOfMany() throws IOException {
    AnApk[] many =
        IntStream.range(0, 12)
            .mapToObj(each -> AnApk.named("p" + each).withFile("usr/bin/p" + each, 0755, "x"))
            .toArray(AnApk[]::new);
    assertThat(warnings(Set.of(AttestationKind.ORIGIN), many))
        .singleElement()
        .asString()
        .contains(" and 2 more themselves, only ");
  }

  private List<String> warnings(Set<AttestationKind> kinds, AnApk... packages) throws IOException {
    List<String> warnings = new ArrayList<>();
    Progress progress =
        new AProgress() {
          @Override
          public void warn(String sentence) {
            warnings.add(sentence);
          }
        };
    Path place = directory.resolve(kinds.toString() + packages.length);
    try (ASmallUpstream upstream = ASmallUpstream.in(place, packages)) {
      String[] names = List.of(packages).stream().map(AnApk::name).toArray(String[]::new);
      new SandboxBuilder(upstream.settings().withAttestations(kinds), progress)
          .build(List.of(ASmallUpstream.image(names)));
    }
    return warnings;
  }
}
