package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock has the addresses of a build, and neither trusts keys nor moves official content. */
class LockSufficesTest {

  private static final ASigningKey ACME = ASigningKey.named("acme.rsa.pub");
  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").signed(ASmallUpstream.KEY);
  private static final AnApk OWN =
      AnApk.named("own").withFile("usr/bin/own", 0755, "own").signed(ACME);
  private static final AnApk NEXT =
      AnApk.named("next").withFile("usr/bin/next", 0755, "next").signed(ACME);

  private static final ImageDefinition IMAGE =
      ASmallUpstream.image("tool", "own@acme").withName("acme/tools");

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private Path lock;

  @BeforeEach
  void makeALock() throws IOException {
    upstream = ASmallUpstream.forBothPlatforms(directory, TOOL);
    for (String architecture : List.of("x86_64", "aarch64")) {
      ARepository.in(directory.resolve("acme"))
          .architecture(architecture)
          .with(OWN, NEXT)
          .signed(ACME)
          .write();
    }
    Files.write(directory.resolve(ACME.name()), ACME.pem());
    lock = directory.resolve("sandbox.lock.json");
    List<String> arguments = upstream.arguments("build", "--to", to("images"));
    arguments.set(arguments.indexOf("--platform") + 1, "linux/amd64,linux/arm64");
    arguments.addAll(List.of("--repository", line()));
    arguments.addAll(List.of("--key", directory.resolve(ACME.name()).toString()));
    assertDone(run(IMAGE, arguments.toArray(String[]::new)));
  }

  @AfterEach
  void end() throws IOException {
    upstream.close();
  }

  private String line() {
    return "@acme " + directory.resolve("acme");
  }

  private String to(String name) {
    return "oci:" + directory.resolve(name);
  }

  private static ARun run(ImageDefinition image, String... words) {
    return SandboxProgramTest.run(SandboxProgram.of(List.of(image)), List.of(words));
  }

  /** Runs a command that has only the lock. */
  private ARun alone(ImageDefinition image, String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--lock", lock.toString(), "--cache", upstream.cache().toString()));
    return run(image, arguments.toArray(String[]::new));
  }

  private ARun locked(String... words) {
    List<String> arguments = new ArrayList<>(List.of("build", "--locked", "--to", to("again")));
    arguments.addAll(List.of(words));
    return alone(IMAGE, arguments.toArray(String[]::new));
  }

  private static void assertDone(ARun run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private static void assertRefused(ARun run, String... parts) {
    assertThat(run.err()).contains(parts);
    assertThat(run.exitCode()).isEqualTo(7);
  }

  @Test
  void buildsAllPlatformsOfTheLockWithoutItsAddresses() throws Exception {
    assertDone(locked());

    assertThat(new OciLayout(directory.resolve("again")).index().manifests())
        .isEqualTo(new OciLayout(directory.resolve("images")).index().manifests());
  }

  @Test
  void acceptsTheSameAddresses() {
    List<String> arguments = upstream.arguments();
    arguments.addAll(List.of("--repository", line()));
    arguments.addAll(List.of("--key", directory.resolve(ACME.name()).toString()));

    assertDone(
        run(
            IMAGE,
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("build", "--locked", "--to", to("again")),
                    arguments.stream())
                .toArray(String[]::new)));
  }

  @Test
  void refusesAnotherBaseRepositoryOrKey() throws Exception {
    LockFile content = LockFile.read(lock).orElseThrow();
    String base = content.base(Platform.LINUX_AMD64).orElseThrow().toString();
    String other = "registry.example/alpine@" + Digest.sha256(new byte[0]);
    Path named = Files.write(directory.resolve("other.rsa.pub"), ACME.pem());
    Path replaced = Files.createDirectory(directory.resolve("keys")).resolve(ACME.name());
    Files.write(replaced, ASigningKey.named("another.rsa.pub").pem());

    assertRefused(locked("--base", other), other, base);
    assertRefused(
        locked("--repository", "https://other.example/v1"),
        "https://other.example/v1",
        upstream.repository().toString());
    assertRefused(
        locked("--repository", "@acme https://other.example/v1"),
        "@acme https://other.example/v1",
        line());
    assertRefused(locked("--key", named.toString()), "other.rsa.pub", "acme.rsa.pub");
    assertRefused(locked("--key", replaced.toString()), "acme.rsa.pub (sha256:");
    assertRefused(locked("--upstream", "official"), "mirror", "official");
  }

  @Test
  void buildsFromTheAddressesOfTheLockIfItIsNotFollowedStrictly() {
    ImageDefinition more = IMAGE.withDescription("another");

    ARun run = alone(more, "build", "--platform", "linux/amd64", "--to", to("more"));

    assertDone(run);
    assertThat(run.err()).contains("mirror, from the addresses in " + lock);
  }

  @Test
  void doesNotTrustTheKeysOfTheLock() {
    ImageDefinition more = IMAGE.withPackages("next@acme");

    ARun run = alone(more, "build", "--platform", "linux/amd64", "--to", to("more"));

    assertThat(run.err()).contains("acme.rsa.pub");
    assertThat(run.exitCode()).isEqualTo(6);
  }

  @Test
  void comparesWithTheRepositoriesOfTheLock() {
    String key = directory.resolve(ACME.name()).toString();

    assertDone(alone(IMAGE, "lock", "--check", "--platform", "linux/amd64", "--key", key));
    assertThat(alone(IMAGE, "lock", "--check", "--platform", "linux/amd64").exitCode())
        .isEqualTo(6);
  }

  @Test
  void showsAnotherRepositoryAsAChange() {
    String other = directory.resolve("other").toString();
    for (String architecture : List.of("x86_64", "aarch64")) {
      ARepository.in(directory.resolve("other"))
          .architecture(architecture)
          .with(OWN)
          .signed(ACME)
          .write();
    }
    String key = directory.resolve(ACME.name()).toString();

    ARun run =
        alone(
            IMAGE,
            "lock",
            "--check",
            "--platform=linux/amd64",
            "--key=" + key,
            "--repository=@acme " + other);

    assertThat(run.out()).contains("removed: " + line(), "added: @acme " + other);
    assertThat(run.exitCode()).isEqualTo(7);
  }

  @Test
  void refusesLocksWhoseKeysAreNotTheirs() throws Exception {
    String text = Files.readString(lock);
    String fingerprint =
        LockFile.read(lock).orElseThrow().own(Platform.LINUX_AMD64).fingerprints().values().stream()
            .findFirst()
            .orElseThrow()
            .toString();
    String others = Digest.sha256(new byte[0]).toString();
    assertMalformed(text.replace(fingerprint, others), "does not have the fingerprint in keys");
    assertMalformed(text.replace("\"acme.rsa.pub\" : \"-", "\"../x.pub\" : \"-"), "cannot name");
    assertMalformed(text.replace("\"@acme ", "\""), "has no tag");
    assertMalformed(text.replace("PUBLIC KEY", "PRIVATE KEY"), "private key");
    assertMalformed(
        text.replace("\"upstream\" : \"mirror\"", "\"upstream\" : \"official\""), "official");
  }

  private void assertMalformed(String text, String part) throws IOException {
    Files.write(lock, text.getBytes(StandardCharsets.UTF_8));
    ARun run = locked();
    assertThat(run.err().toLowerCase(Locale.ROOT)).contains(part);
    assertThat(run.exitCode()).isEqualTo(7);
  }
}
