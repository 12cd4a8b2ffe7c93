package ai.opencode.sandbox.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.Skopeo;
import ai.opencode.sandbox.TlsIdentity;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.network.Proxies;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.credentials.Credentials;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Publishing to the Distribution project's server over unreliable connections and with
 * authentication; skopeo reads the result.
 */
@RequiresPrograms({"docker-registry", "skopeo"})
class DistributionIT {

  /** {@code alice:open sesame}, hashed with bcrypt. */
  private static final String ALICE =
      "alice:$2y$05$cwRcln2.qLR0ArqInaLmAO6okV6Fr/fOjKoCAjdCAp481IQHsfB/W";

  private static final int LAYERS = 6;
  private static final int LAYER_BYTES = 3_000_000;

  @TempDir private Path folder;
  private BlobStore store;
  private Descriptor image;
  private final RegistryAccess access =
      RegistryAccess.standard()
          .withCredentials(CredentialSource.firstOf(List.of()))
          .withNetwork(new Network(NetworkSettings.standard().withProxies(Proxies.none())))
          .withAttempts(6, Duration.ofMillis(20));

  @BeforeEach
  void makeAnImage() throws IOException {
    store = new BlobStore(folder.resolve("store"));
    image = anImage(1, LAYERS, LAYER_BYTES);
  }

  private Descriptor anImage(int seed, int layers, int bytes) throws IOException {
    return AnImage.forBothPlatforms(
        store,
        it -> {
          AnImage made = it;
          for (int i = 0; i < layers; i++) {
            byte[] noise = new byte[bytes];
            new Random(seed * 100L + i).nextBytes(noise);
            made = made.withFile("file" + i, Base64.getEncoder().encodeToString(noise));
          }
          return made;
        });
  }

  @Test
  void theWholeImageArrivesAndNothingIsSentTwice() throws Exception {
    try (ADistribution server = ADistribution.in(folder.resolve("server"))) {
      Publisher publisher = new Publisher(access);
      Publisher.Published first = publish(publisher, server.address() + "/team/tools:1.0");
      assertThat(first.uploadedBlobs()).isEqualTo(LAYERS + 2);
      Publisher.Published again = publish(publisher, server.address() + "/team/tools:1.0");
      assertThat(again.uploadedBlobs()).isZero();
      Publisher.Published beside =
          publish(publisher.withMountFrom("team/tools"), server.address() + "/team/more:1.0");
      assertThat(beside.mountedBlobs()).isEqualTo(LAYERS + 2);
      assertThat(beside.uploadedBytes()).isZero();

      assertIsThere(server.address() + "/team/tools:1.0");
      assertIsThere(server.address() + "/team/more:1.0");
    }
  }

  @Test
  void sendsCredentialsOverTlsOfATrustedAuthority() throws Exception {
    TlsIdentity identity = TlsIdentity.forLocalhost(folder);
    Path authority = Files.writeString(folder.resolve("ca.crt"), identity.certificate());
    try (ADistribution server =
        ADistribution.withUsers(folder.resolve("server"), identity, ALICE)) {
      String name = "localhost:" + server.port() + "/team/tools:1.0";
      Credentials alice = new Credentials("alice", "open sesame", "the test");
      RegistryAccess known = access.withCredentials(CredentialSource.of(alice));
      // On loopback, plain HTTP is tried first, and then only trusted TLS.
      assertThatThrownBy(() -> publish(new Publisher(known.withAttempts(1, Duration.ZERO)), name))
          .isInstanceOf(NetworkException.class);

      RegistryAccess trusting =
          known.withNetwork(
              new Network(
                  NetworkSettings.standard()
                      .withProxies(Proxies.none())
                      .withAuthorities(List.of(authority))));
      publish(new Publisher(trusting), name);

      Credentials mallory = new Credentials("alice", "close sesame", "the test");
      assertThatThrownBy(
              () ->
                  publish(
                      new Publisher(trusting.withCredentials(CredentialSource.of(mallory))), name))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("user alice from the test")
          .hasMessageContaining("(answer 401)")
          .hasMessageNotContaining("close sesame");
      assertThatThrownBy(
              () ->
                  publish(
                      new Publisher(trusting.withCredentials(CredentialSource.firstOf(List.of()))),
                      name))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("requires credentials");
      assertThat(
              Skopeo.run(
                  "inspect",
                  "--raw",
                  "--cert-dir",
                  folder.toString(),
                  "--creds",
                  "alice:open sesame",
                  "docker://" + name))
          .satisfies(raw -> assertThat(Digest.sha256(raw)).isEqualTo(image.digest()));
    }
  }

  @Test
  void tokensOfAServerThatTheRegistryNames() throws Exception {
    TlsIdentity identity = TlsIdentity.forLocalhost(folder);
    try (ATokenServer tokens = ATokenServer.knowing("alice:open sesame", identity, 300);
        ADistribution server =
            ADistribution.withTokens(folder.resolve("server"), tokens, identity)) {
      // Another port than the registry's own receives no password over plain HTTP unless the user
      // allows it.
      RegistryAccess access =
          this.access.withInsecureRegistries(Set.of(URI.create(tokens.address()).getAuthority()));
      Credentials alice = new Credentials("alice", "open sesame", "the test");
      Publisher publisher = new Publisher(access.withCredentials(CredentialSource.of(alice)));
      publish(publisher, server.address() + "/team/tools:1.0");
      Publisher.Published beside =
          publish(publisher.withMountFrom("team/tools"), server.address() + "/team/more:1.0");
      assertThat(beside.mountedBlobs()).isEqualTo(LAYERS + 2);
      // One token for each repository: a valid token is not requested again.
      assertThat(tokens.queries).hasSize(2);

      Credentials mallory = new Credentials("alice", "close sesame", "the test");
      assertThatThrownBy(
              () ->
                  publish(
                      new Publisher(access.withCredentials(CredentialSource.of(mallory))),
                      server.address() + "/team/tools:1.0"))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("answers 401 to user alice from the test")
          .hasMessageNotContaining("close sesame");
      Skopeo.run(
          "copy",
          "--all",
          "--src-tls-verify=false",
          "--src-creds",
          "alice:open sesame",
          "docker://" + server.address() + "/team/more:1.0",
          "oci:" + folder.resolve("copy"));
    }
  }

  @Test
  void everyThirdConnectionBreaks() throws Exception {
    try (ADistribution server = ADistribution.in(folder.resolve("server"));
        AnUnsteadyLine line = AnUnsteadyLine.droppingEveryThird(server.port(), 1_000_000)) {
      publish(new Publisher(access), line.address() + "/team/tools:1.0");

      assertThat(line.spoilt).hasPositiveValue();
      assertIsThere(server.address() + "/team/tools:1.0");
    }
  }

  /** Distribution 2.8 keeps the bytes of a broken request, and then accepts no further ones. */
  @Test
  void aServerThatCannotGoOnGetsABlobAnew() throws Exception {
    image = anImage(2, 1, 12_000_000);
    try (ADistribution server = ADistribution.in(folder.resolve("server"));
        AnUnsteadyLine line = AnUnsteadyLine.droppingFirst(server.port(), 3, 3_000_000)) {
      publish(new Publisher(access), line.address() + "/team/tools:1.0");

      assertThat(line.spoilt).hasPositiveValue();
      assertIsThere(server.address() + "/team/tools:1.0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"429 Too Many Requests", "503 Service Unavailable"})
  void aServerThatWantsToBeAskedLater(String status) throws Exception {
    try (ADistribution server = ADistribution.in(folder.resolve("server"));
        AnUnsteadyLine line = AnUnsteadyLine.tellingEverySecondToWait(server.port(), status, 1)) {
      long start = System.nanoTime();
      publish(new Publisher(access), line.address() + "/team/tools:1.0");

      assertThat(line.spoilt).hasPositiveValue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
      assertIsThere(server.address() + "/team/tools:1.0");
    }
  }

  @Test
  void aServerThatIsReadOnlyIsNamedAtOnce() throws Exception {
    try (ADistribution server = ADistribution.readOnly(folder.resolve("server"))) {
      assertThatThrownBy(() -> publish(new Publisher(access), server.address() + "/team/tools:1.0"))
          .isInstanceOf(NetworkException.class)
          .hasMessageStartingWith(
              "The registry "
                  + server.address()
                  + " answered 405 to a request to push to team/tools")
          .hasMessageEndingWith(
              ". It does not support that. If it is read-only, name another registry.");
    }
  }

  @Test
  void ofTwoPublishersOfOneTagOneIsLast() throws Exception {
    Descriptor other = anImage(3, LAYERS, 300_000);
    Descriptor own = anImage(4, LAYERS, 300_000);
    try (ADistribution server = ADistribution.in(folder.resolve("server"))) {
      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        for (int round = 0; round < 10; round++) {
          Reference target = Reference.of(server.address() + "/team/round" + round + ":latest");
          List<Future<Publisher.Published>> both = new ArrayList<>();
          for (Descriptor each : List.of(own, other)) {
            both.add(
                threads.submit(
                    () -> new Publisher(access).publish(store, each, target, List.of())));
          }
          for (Future<Publisher.Published> each : both) {
            each.get(60, TimeUnit.SECONDS);
          }
          Digest named = new Publisher(access).find(target).orElseThrow();
          assertThat(named).isIn(own.digest(), other.digest());
          assertIsThere(target.toString(), named);
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /** {@code -Dsandbox.kills=30} selects the long form. */
  @Test
  void aPushThatIsKilledLeavesNoTagThatNamesHalfAnImage() throws Exception {
    Descriptor old = anImage(5, 1, 1000);
    int kills = Integer.getInteger("sandbox.kills", 6);
    Random random = new Random(kills);
    int killed = 0;
    int oldOnes = 0;
    try (ADistribution server = ADistribution.in(folder.resolve("server"))) {
      Publisher publisher = new Publisher(access);
      long millis = millisOfAPush(server);
      for (int i = 0; i < kills; i++) {
        Reference target = Reference.of(server.address() + "/team/kill" + i + ":latest");
        publisher.publish(store, old, target, List.of());
        Process push = APush.start(folder.resolve("store"), image, target);
        push.getInputStream().read(); // It begins.
        Thread.sleep((long) (random.nextDouble() * millis));
        killed += push.isAlive() ? 1 : 0;
        push.destroyForcibly().waitFor();

        // The server may still be processing a request that arrived completely, so the tag is read
        // once.
        Digest named = publisher.find(target).orElseThrow();
        assertThat(named).isIn(old.digest(), image.digest());
        oldOnes += named.equals(old.digest()) ? 1 : 0;
        Reference whole = new Reference(target.registry(), target.repository(), null, named);
        assertIsThere(whole.toString(), named);

        publish(publisher, target.toString());
        assertIsThere(target.toString());
      }
    }
    System.err.printf(
        "%d pushes, %d killed on the way, after %d of them the tag named the old image%n",
        kills, killed, oldOnes);
    assertThat(killed).isPositive();
  }

  private long millisOfAPush(ADistribution server) throws Exception {
    Process push =
        APush.start(
            folder.resolve("store"), image, Reference.of(server.address() + "/team/whole:latest"));
    push.getInputStream().read();
    long start = System.nanoTime();
    assertThat(push.waitFor()).isZero();
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  private Publisher.Published publish(Publisher publisher, String target) throws IOException {
    return publisher.publish(store, image, Reference.of(target), List.of());
  }

  private void assertIsThere(String reference) throws Exception {
    assertIsThere(reference, image.digest());
  }

  /**
   * Checked by skopeo, which copies everything and verifies each digest, and by this product's
   * client.
   */
  private void assertIsThere(String reference, Digest digest) throws Exception {
    String raw = Skopeo.run("inspect", "--raw", "--tls-verify=false", "docker://" + reference);
    assertThat(Digest.sha256(raw)).isEqualTo(digest);
    Path copy = Files.createTempDirectory(folder, "copy");
    Skopeo.run(
        "copy", "--all", "--src-tls-verify=false", "docker://" + reference, "oci:" + copy + ":it");
    assertThat(copy.resolve("blobs/sha256").resolve(digest.hex())).exists();
    BlobStore pulled = new BlobStore(Files.createTempDirectory(folder, "pulled"));
    new BasePuller(access).pull(Reference.of(reference), Platform.LINUX_ARM64, pulled);
  }
}
