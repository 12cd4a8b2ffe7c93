package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options of {@code build} and {@code verify} for statements beside images. */
class AttestOptionTest {

  private static final int PACKAGES = ASmallUpstream.packagesOfTheBase().size();

  @TempDir private Path directory;
  private ASmallUpstream upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = ASmallUpstream.withTheBasesPackages(directory);
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  @Test
  void anImageHasStatementsUnlessNoneAreWanted() throws IOException {
    assertThat(build("with").exitCode()).isZero();
    assertThat(build("without", "--attest", "none").exitCode()).isZero();
    assertThat(build("one", "--attest", "origin").exitCode()).isZero();

    List<Descriptor> with = entries("with");
    assertThat(with)
        .extracting(Descriptor::platform)
        .containsExactly(Platform.LINUX_AMD64, Platform.NONE);
    assertThat(entries("without")).containsExactly(with.get(0));
    assertThat(entries("one").get(0)).isEqualTo(with.get(0));
    assertThat(entries("one").get(1)).isNotEqualTo(with.get(1));
  }

  @Test
  void publishesWithFewerKindsWhatABuildWithTheseKindsMakes() throws IOException {
    for (String kinds : List.of("none", "origin", "sbom,provenance")) {
      assertThat(build(kinds.replace(',', '-'), "--attest", kinds).exitCode()).isZero();
    }
    assertThat(build("with").exitCode()).isZero();
    int files = directory.resolve("with/blobs/sha256").toFile().list().length;
    try (EmbeddedRegistry target =
        EmbeddedRegistry.start(new BlobStore(directory.resolve("target")))) {
      for (String kinds : List.of("all", "none", "origin", "sbom,provenance")) {
        String built = kinds.equals("all") ? "with" : kinds.replace(',', '-');
        String name = target.address() + "/it/" + kinds.replace(',', '-');
        ARun run = ARun.of("publish", "oci:" + layout(), "--to", name, "--attest", kinds);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("@" + root(built).digest());
        assertThat(target.blobs().read(root(built).digest())).isNotEmpty();
      }
      ARun unknown = ARun.of("publish", "oci:" + layout(), "--to", "h.example/x/", "--attest", "a");
      assertThat(unknown.exitCode()).isEqualTo(2);
    }
    assertThat(directory.resolve("with/blobs/sha256").toFile().list()).hasSize(files);
  }

  private String layout() {
    return directory.resolve("with").toString();
  }

  private Descriptor root(String name) throws IOException {
    return new OciLayout(directory.resolve(name)).find("opencode-sandbox-base").orElseThrow();
  }

  @Test
  void aPropertyChoosesStatementsToo() throws IOException {
    List<String> arguments = arguments("images");
    Settings settings = new Settings(Map.of("sandbox.attest", "none"), Map.of(), Map.of());

    assertThat(ARun.with(settings, arguments.toArray(String[]::new)).exitCode()).isZero();
    assertThat(entries("images")).hasSize(1);
  }

  @Test
  void anUnknownKindIsAUsageError() {
    ARun run = build("images", "--attest", "sbom2");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("\"sbom2\" is not a kind of attestation");
  }

  @Test
  void verifyRequiresStatementsAndTrustedKeys() throws Exception {
    assertThat(build("images").exitCode()).isZero();
    Path keys = Files.createDirectories(directory.resolve("keys"));
    Files.write(keys.resolve(ASmallUpstream.KEY.name()), ASmallUpstream.KEY.pem());
    String image = "oci:" + directory.resolve("images");

    ARun trusted =
        ARun.of(
            "verify",
            image,
            "--require",
            "provenance,origin",
            "--origin",
            "--keys",
            keys.toString(),
            "--json");
    var report = new ObjectMapper().readTree(trusted.out()).path(0);
    assertThat(report.at("/origin/signed").asInt()).isEqualTo(PACKAGES);
    assertThat(report.at("/facts/statements").toString())
        .isEqualTo("[\"sbom\",\"provenance\",\"origin\"]");
    assertThat(report.path("findings").findValuesAsText("id"))
        .doesNotContain("attestation-missing", "origin-signature", "provenance");

    ARun ofAlpine = ARun.of("verify", image, "--origin");
    assertThat(ofAlpine.exitCode()).isEqualTo(6);
    assertThat(ofAlpine.out())
        .contains("  origin: 0 of " + PACKAGES + " packages signed by trusted keys")
        .contains("the key test.rsa.pub in the image did, which shows consistency");

    ARun own =
        ARun.of("verify", image, "--origin", "--key", keys.resolve("test.rsa.pub").toString());
    assertThat(own.out()).contains("  origin: " + PACKAGES + " of " + PACKAGES + " packages");
  }

  @Test
  void aLockNamesTheTrustedKeys() throws Exception {
    assertThat(build("images").exitCode()).isZero();
    Path lock = directory.resolve("sandbox.lock.json");
    String image = "oci:" + directory.resolve("images");

    ARun own = ARun.of("verify", image, "--origin", "--lock", lock.toString());
    assertThat(own.out())
        .contains("  origin: " + PACKAGES + " of " + PACKAGES + " packages")
        .contains("  The lock's result for opencode-sandbox-base is this image")
        .contains("  signed, and their files proved by the lock's result alone: bash-99-r0, ")
        .doesNotContain("origin-lock", "origin-base");

    String text = Files.readString(lock);
    Path key = Files.write(directory.resolve(ASmallUpstream.KEY.name()), ASmallUpstream.KEY.pem());
    String fingerprint = RepositoryKey.read(key).fingerprint().toString();
    assertThat(text).contains(fingerprint);
    Files.writeString(lock, text.replace(fingerprint, Digest.sha256("another key").toString()));
    ARun other = ARun.of("verify", image, "--origin", "--lock", lock.toString());
    assertThat(other.exitCode()).isEqualTo(6);
    assertThat(other.out())
        .contains("  origin: 0 of " + PACKAGES + " packages signed by trusted keys");

    Settings forAll =
        new Settings(Map.of("sandbox.verify.lock", lock.toString()), Map.of(), Map.of());
    assertThat(ARun.with(forAll, "verify", image, "--origin").out()).isEqualTo(other.out());
    assertThat(ARun.with(forAll, "verify", image).out()).isEqualTo(ARun.of("verify", image).out());
    LockFile read = LockFile.parse(Files.readAllBytes(lock), "the lock");
    LockFile another = LockFile.empty(read.upstream());
    for (ImageKey each : read.entries().keySet()) {
      LockedImage locked = read.find(each).orElseThrow().withResult(Digest.sha256("another"));
      another = another.with(each, locked);
    }
    another.write(lock);
    ARun ofAnother = ARun.of("verify", image, "--origin", "--lock", lock.toString());
    assertThat(ofAnother.out())
        .contains("  origin-lock: image: it is none of the lock's results: without its version, ")
        .doesNotContain("The lock's result for");
    assertThat(ARun.of("verify", image, "--lock", lock.toString()).exitCode()).isEqualTo(2);
  }

  @Test
  void verifyNamesWhatIsMissing() {
    assertThat(build("images", "--attest", "none").exitCode()).isZero();

    ARun run = ARun.of("verify", "oci:" + directory.resolve("images"), "--require", "origin");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.out())
        .contains(
            "  attestation-missing: origin: the image has no statement of this kind (consistency)");
  }

  @Test
  void keysWithoutOriginAndMissingDirectoriesAreUsageErrors() {
    ARun alone = ARun.of("verify", "oci:x", "--keys", directory.toString());
    ARun missing = ARun.of("verify", "oci:x", "--origin", "--keys", "no/directory");

    assertThat(alone.exitCode()).isEqualTo(2);
    assertThat(alone.err())
        .contains(
            "Trusted keys are named, but no proof of origin is asked for. Use --origin with --keys");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains("There is no directory no/directory.");
  }

  private ARun build(String layout, String... more) {
    List<String> arguments = arguments(layout);
    arguments.addAll(List.of(more));
    return ARun.of(arguments.toArray(String[]::new));
  }

  private List<String> arguments(String layout) {
    return new ArrayList<>(
        upstream.arguments("build", "base", "--to", "oci:" + directory.resolve(layout)));
  }

  private List<Descriptor> entries(String name) throws IOException {
    OciLayout layout = new OciLayout(directory.resolve(name));
    Descriptor index = layout.find("opencode-sandbox-base").orElseThrow();
    return ImageIndex.parse(layout.blobs().read(index.digest()), "the index").manifests();
  }
}
