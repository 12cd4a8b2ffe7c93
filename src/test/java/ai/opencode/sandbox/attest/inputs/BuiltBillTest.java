package ai.opencode.sandbox.attest.inputs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.GoSoftware;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.evidence.AGoProgram;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.inspect.BillReader;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.verify.SpdxInputs;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bill of a build is what a reader finds in the image: in layers of one package and of several,
 * of npm packages, of the image's own files, and where a child replaces and removes packages.
 */
class BuiltBillTest {

  private static final AnApk NPM =
      AnApk.named("npm")
          .withFile("usr/lib/node_modules/npm/package.json", 0644, json("npm", "11.0.0"))
          .withFile(
              "usr/lib/node_modules/npm/node_modules/tar/package.json", 0644, json("tar", "7.5.1"))
          .withFile("usr/lib/node_modules/npm/lib/package.json", 0644, json("no-package", "1.0.0"));

  private static final AnApk BIG =
      AnApk.named("big")
          .withFile("usr/share/noise", Attributes.of(0644), noise())
          .withFile(
              "usr/bin/big",
              Attributes.of(0755),
              AGoProgram.needing("golang.org/x/sync", "v0.21.0"));

  private static final AnApk GONE =
      AnApk.named("gone")
          .withFile(
              "usr/bin/gone", Attributes.of(0755), AGoProgram.needing("example.org/a", "v1.0.0"));

  private static final AnApk RELEASE =
      AnApk.named("release")
          .withFile("etc/os-release", 0644, "ID=alpine\nVERSION_ID=3.24.2\n")
          .withFile("usr/bin/release", 0755, "#!release");

  private static final ANpmTarball PAD =
      ANpmTarball.empty("pad", "1.0.0")
          .withFile("package.json", json("pad", "1.0.0"))
          .withFile("lib/tool", 0755, "no program");

  private static final ImageDefinition PARENT =
      ASmallUpstream.image("npm", "big", "gone", "release").withNpm(project());
  private static final ImageDefinition CHILD =
      ImageDefinition.from(PARENT, "child").withPackages("other").withoutPackages("gone");

  @TempDir private static Path directory;

  private static BuildSettings settings;
  private static List<BuiltImage> built;

  @BeforeAll
  static void build() throws Exception {
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, PAD.bytes().length);
          exchange.getResponseBody().write(PAD.bytes());
          exchange.close();
        });
    registry.start();
    AnApk other = AnApk.named("other").withFile("usr/bin/other", 0755, "#!other");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, NPM, BIG, GONE, RELEASE, other)) {
      settings =
          upstream
              .settings()
              .withVersion("7")
              .withNpmRegistry("http://127.0.0.1:" + registry.getAddress().getPort() + "/");
      SandboxBuilder builder = new SandboxBuilder(settings, Progress.silent());
      built = builder.build(List.of(PARENT, CHILD));
      builder.send(built, Target.of("oci:" + directory.resolve("images")));
    } finally {
      registry.stop(0);
    }
  }

  @AfterAll
  static void forget() {
    built = List.of();
  }

  @Test
  void isWhatAReaderOfTheImageFinds() throws IOException {
    for (BuiltImage each : built) {
      SoftwareBill read = read(each.name());
      SoftwareBill made = made(each, settings.cache());
      assertThat(made.asInstalled()).isEqualTo(read);
      assertThat(Sbom.ofProgram("1").spdx(made.asInstalled()))
          .isEqualTo(Sbom.ofProgram("1").spdx(read));
      byte[] document = Sbom.ofProgram("1").spdx(made);
      assertThat(
              Sbom.ofProgram("1")
                  .spdx(SpdxInputs.of(Json.parse(document, "it")).addedTo(read, Set.of())))
          .isEqualTo(document);
    }
  }

  /** A cache of another version has layers, and no evidence of their files. */
  @Test
  void readsLayersWhoseEvidenceIsUnknown() throws IOException {
    Path cache = directory.resolve("other-cache");
    try (Stream<Path> files = Files.walk(settings.cache())) {
      for (Path each : files.toList()) {
        Path place = cache.resolve(settings.cache().relativize(each));
        if (!each.toString().contains("/evidence")) {
          Files.copy(each, place);
        }
      }
    }
    for (BuiltImage each : built) {
      assertThat(made(each, cache)).isEqualTo(made(each, settings.cache()));
    }
  }

  @Test
  void hasTheHashesOfTheInputs() throws IOException {
    SoftwareBill bill = made(built.get(0), settings.cache());
    assertThat(bill.apk()).hasSize(4).allMatch(each -> each.dataHash().isPresent());
    ApkSoftware big =
        bill.apk().stream()
            .filter(each -> each.facts().name().equals("big"))
            .findFirst()
            .orElseThrow();
    assertThat(big.layer().orElseThrow().digest())
        .as("stored verbatim")
        .isEqualTo(big.dataHash().orElseThrow());
    assertThat(bill.npm())
        .extracting(
            each -> each.facts().name() + " " + each.facts().integrity() + " " + each.carrier())
        .containsExactly(
            "npm Optional.empty Optional[npm]",
            "tar Optional.empty Optional[npm]",
            "pad Optional[" + PAD.integrity() + "] Optional.empty");
  }

  @Test
  void followsTheChild() throws IOException {
    SoftwareBill parent = made(built.get(0), settings.cache());
    SoftwareBill child = made(built.get(1), settings.cache());
    assertThat(parent.go())
        .extracting(GoSoftware::carrier)
        .containsExactly(
            Optional.of(new GoSoftware.ApkCarrier("big")),
            Optional.of(new GoSoftware.ApkCarrier("gone")));
    assertThat(child.go())
        .extracting(GoSoftware::carrier)
        .containsExactly(Optional.of(new GoSoftware.ApkCarrier("big")));
    assertThat(child.apk())
        .extracting(each -> each.facts().name())
        .contains("other", "npm")
        .doesNotContain("gone");
    assertThat(child.npm()).extracting(NpmSoftware::carrier).hasSize(3);
    assertThat(child.subject().name()).isEqualTo("child");
    assertThat(child.subject().version()).isEqualTo("7");
    assertThat(child.subject().release()).isPresent();
  }

  private static SoftwareBill made(BuiltImage image, Path cache) throws IOException {
    return BuiltBill.of(
        image.platforms().get(0).image(), image.platforms().get(0).contents(), new Cache(cache));
  }

  private static SoftwareBill read(String name) throws IOException {
    return new BillReader(RegistryAccess.standard())
        .bill(
            ImageSource.of("oci:" + directory.resolve("images") + ":" + name),
            Platform.LINUX_AMD64);
  }

  private static NpmProject project() {
    String asked = "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"pad\":\"1.0.0\"}}";
    return new NpmProject(
        asked,
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
            + asked
            + ",\"node_modules/pad\":{\"version\":\"1.0.0\",\"integrity\":\""
            + PAD.integrity()
            + "\",\"license\":\"MIT\"}}}");
  }

  private static String json(String name, String version) {
    return "{\"name\":\"" + name + "\",\"version\":\"" + version + "\",\"license\":\"MIT\"}";
  }

  private static byte[] noise() {
    byte[] noise = new byte[2 << 20];
    new Random(1).nextBytes(noise);
    return noise;
  }
}
