package ai.opencode.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import ai.opencode.sandbox.AnInternet.Failure;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program with {@code --upstream official}, with a real Alpine root as Docker Hub's image. All
 * hosts of such a build are one server on loopback.
 */
@RequiresSharedData
class RehearsalIT {

  private static final String ROOT = "minirootfs/alpine-root-3.23.3-x86_64-apk-3.0.3.tar.gz";

  @TempDir private Path directory;

  private TlsIdentity identity;
  private AnInternet.Content content;
  private Descriptor alpine;

  @BeforeEach
  void putContentBehindTheNames() throws Exception {
    identity = AnInternet.identity(directory);
    BlobStore hub = new BlobStore(directory.resolve("hub"));
    Descriptor image =
        ASmallUpstream.realImage(hub, SharedData.path(ROOT), Platform.LINUX_AMD64)
            .withPlatform(Platform.LINUX_AMD64);
    Descriptor attestation = attestation(hub);
    alpine =
        hub.put(MediaType.INDEX, new ImageIndex(List.of(image, attestation), Map.of()).toJson());
    Path mirror = directory.resolve("mirror");
    List<AnApk> packages = new ArrayList<>();
    SandboxImages.all().forEach(each -> packages.addAll(ASmallUpstream.packagesOf(each)));
    for (String repository : List.of("main", "community")) {
      ARepository.in(mirror.resolve("v3.23").resolve(repository))
          .with(repository.equals("main") ? packages.toArray(AnApk[]::new) : new AnApk[0])
          .signed(ASmallUpstream.KEY)
          .write();
    }
    content =
        new AnInternet.Content(
            hub,
            AnInternet.types(alpine, image, attestation),
            mirror,
            NpmRegistry.from(NpmSettings.ofProcess()).registry("npm"));
  }

  @Test
  void anUnsteadyInternetMakesTheSameImages() throws Exception {
    List<String> expected;
    try (AnInternet internet = internet(true)) {
      expected = build("steady");
      assertThat(internet.tokens).hasPositiveValue();
    }
    assertThat(expected).hasSize(2);
    try (AnInternet internet = internet(false)) {
      assertThat(build("unsteady")).isEqualTo(expected);

      assertThat(internet.failures).containsOnlyKeys(Failure.values());
      assertThat(internet.tokens).hasValueGreaterThan(1);
    }
  }

  private AnInternet internet(boolean steady) throws Exception {
    try {
      return AnInternet.of(content, identity, steady);
    } catch (BindException e) {
      return abort("skipped: no free port 443 on loopback, or no root; end the server that has it");
    }
  }

  /** Builds both images in an empty cache; returns the digest of each. */
  private List<String> build(String name) throws Exception {
    Path work = Files.createDirectories(directory.resolve(name));
    Path authority = Files.writeString(directory.resolve("authority.pem"), identity.certificate());
    Program.standard()
        .with(
            "JDK_JAVA_OPTIONS",
            "-Djdk.net.hosts.file=" + AnInternet.hostsFile(directory).toAbsolutePath())
        .with("SSL_CERT_FILE", authority.toString())
        .run(
            work.resolve("log"),
            List.of(
                "build",
                "--upstream",
                "official",
                "--base",
                "docker.io/library/alpine:3.23@" + alpine.digest(),
                "--platform",
                "linux/amd64",
                "--npm-registry",
                "https://" + AnInternet.NPM + "/",
                "--cache",
                work.resolve("cache").toString(),
                "--lock",
                work.resolve("sandbox.lock.json").toString(),
                "--results",
                work.toString(),
                "--to",
                "oci:" + work.resolve("images")));
    List<String> digests = new ArrayList<>();
    for (var image : SandboxImages.all()) {
      digests.add(Files.readString(work.resolve(image.name() + ".digest")));
    }
    return digests;
  }

  /** Puts an attestation into a store, as Docker Hub has one beside each image. */
  private static Descriptor attestation(BlobStore hub) throws Exception {
    Platform unknown = new Platform("unknown", "unknown");
    Descriptor statement = hub.put("application/vnd.in-toto+json", "{}".getBytes(UTF_8));
    Descriptor config = hub.put(MediaType.CONFIG, ImageConfig.scratch(unknown).toJson());
    return hub.put(MediaType.MANIFEST, new Manifest(config, List.of(statement), Map.of()).toJson())
        .withPlatform(unknown)
        .withAnnotations(Map.of("vnd.docker.reference.type", "attestation-manifest"));
  }
}
