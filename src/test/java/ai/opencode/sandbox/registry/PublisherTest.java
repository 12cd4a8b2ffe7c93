package ai.opencode.sandbox.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.network.MavenSettings;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.AuthFiles;
import ai.opencode.sandbox.registry.credentials.AuthVariable;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.credentials.Credentials;
import ai.opencode.sandbox.registry.credentials.MavenServers;
import ai.opencode.sandbox.registry.server.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing and pulling, with registries that work, fail now and then, or require credentials. */
@Isolated
class PublisherTest {

  private static final CredentialSource NOBODY = CredentialSource.firstOf(List.of());
  private static final RegistryAccess ACCESS =
      RegistryAccess.standard().withCredentials(NOBODY).withAttempts(8, Duration.ofMillis(1));

  @TempDir Path folder;
  private BlobStore store;
  private Descriptor index;

  @BeforeEach
  void makeImages() throws IOException {
    store = new BlobStore(folder.resolve("store"));
    index =
        AnImage.forBothPlatforms(
            store,
            it -> it.withFile("a", "1").withFile("b", "x".repeat(300_000)).withFile("c", "3"));
  }

  @Test
  void copiesAnIndexWithItsImagesAndNamesIt() throws Exception {
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      Publisher.Published published = publish(registry, ACCESS, "1.0", "latest");

      assertThat(published.image())
          .hasToString(registry.address() + "/team/tools@" + index.digest());
      assertThat(published.tags()).containsExactly("1.0", "latest");
      // Three layers that both platforms share, two configurations.
      assertThat(published.uploadedBlobs()).isEqualTo(5);
      for (Digest digest : OciLayout.reachable(store, index)) {
        registry.blobs.verify(digest);
      }
      List<String> puts =
          registry.requests.stream().filter(it -> it.startsWith("PUT /v2/team/tools/m")).toList();
      assertThat(puts).hasSize(5);
      assertThat(puts.subList(2, 5))
          .containsExactly(
              "PUT /v2/team/tools/manifests/" + index.digest(),
              "PUT /v2/team/tools/manifests/1.0",
              "PUT /v2/team/tools/manifests/latest");
    }
  }

  @Test
  void asksButSendsNothingWhereNothingChanged() throws Exception {
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      publish(registry, ACCESS, "1.0");
      registry.requests.clear();

      Publisher.Published again = publish(registry, ACCESS, "1.0");

      assertThat(again.uploadedBlobs()).isZero();
      assertThat(again.presentBlobs()).isEqualTo(5);
      assertThat(registry.requests)
          .as("the registry's address is known, and the tag says everything")
          .containsExactly("HEAD /v2/team/tools/manifests/1.0");
    }
  }

  @Test
  void mountsFromANeighbour() throws Exception {
    // Unlike the embedded registry, most registries keep each repository's blobs separate.
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) ->
                request.method().equals("HEAD") && request.path().contains("/blobs/")
                    ? Answer.of(404)
                    : null)) {
      publish(registry, ACCESS, "1.0");
      Publisher.Published mounted =
          new Publisher(ACCESS)
              .withMountFrom("team/tools")
              .publish(store, index, reference(registry, "team/more"), List.of("1"));
      // The registry also shares manifests, so another digest is requested.
      assertThat(mounted.uploadedBlobs()).isZero();

      Descriptor other = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
      Publisher.Published second =
          new Publisher(ACCESS)
              .withMountFrom("team/tools")
              .publish(store, other, reference(registry, "team/more"), List.of("2"));
      assertThat(second.mountedBlobs()).isEqualTo(1);
      assertThat(second.uploadedBlobs()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void repeatsRequestsThatABusyRegistryRefused(int status) throws Exception {
    try (ARegistry registry = ARegistry.answering(folder.resolve("remote"), status, 3)) {
      publish(registry, ACCESS, "1.0");
      assertComplete(registry);
    }
  }

  @Test
  void survivesDroppedConnections() throws Exception {
    try (ARegistry registry = ARegistry.dropping(folder.resolve("remote"), 3)) {
      publish(registry, ACCESS, "1.0");
      assertComplete(registry);
      BlobStore pulled = new BlobStore(folder.resolve("pulled"));
      new BasePuller(ACCESS)
          .pull(reference(registry, "team/tools:1.0"), Platform.LINUX_ARM64, pulled);
    }
  }

  @Test
  void doesNotSendReceivedBytesAgain() throws Exception {
    byte[] noise = new byte[12_000_000];
    new Random(1).nextBytes(noise);
    Descriptor big =
        AnImage.on(Platform.LINUX_AMD64)
            .withFile("noise", Base64.getEncoder().encodeToString(noise))
            .in(store);
    long size = 0;
    for (Digest digest : OciLayout.reachable(store, big)) {
      size += store.size(digest);
    }
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null);
        AnUnsteadyLine line = AnUnsteadyLine.droppingFirst(registry.port(), 8, 1_000_000)) {
      // More interruptions than attempts: progress resets the count.
      new Publisher(ACCESS.withAttempts(4, Duration.ofMillis(1)))
          .publish(store, big, Reference.of(line.address() + "/team/tools"), List.of("1.0"));

      assertThat(line.spoilt).hasValue(8);
      assertThat(line.sentBytes.get()).isLessThan(size + 2_000_000);
      for (Digest digest : OciLayout.reachable(store, big)) {
        registry.blobs.verify(digest);
      }
    }
  }

  @Test
  void neverNamesAnImageThatIsNotThere() throws Exception {
    AtomicInteger uploads = new AtomicInteger();
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) ->
                request.method().equals("PUT")
                        && request.path().contains("/uploads/")
                        && uploads.incrementAndGet() > 2
                    ? Answer.error(500, "UNKNOWN", "disk full")
                    : null)) {
      assertThatThrownBy(() -> publish(registry, ACCESS.withAttempts(2, Duration.ZERO), "1.0"))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("answered 500")
          .hasMessageContaining("disk full");
      assertThat(registry.requests).noneMatch(it -> it.startsWith("PUT /v2/team/tools/manifests"));
    }
  }

  @Test
  void getsATokenFromTheServerThatTheRegistryNames() throws Exception {
    Credentials alice = new Credentials("alice", "secret", "the test");
    AtomicInteger tokens = new AtomicInteger();
    ARegistry[] self = new ARegistry[1];
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) -> {
              if (request.path().equals("/token")) {
                assertThat(request.header("Authorization")).contains(alice.basic());
                assertThat(request.queries("scope")).contains("repository:team/tools:pull,push");
                assertThat(request.query("service")).contains("the registry");
                return Answer.json(
                    200, ("{\"token\":\"t" + tokens.incrementAndGet() + "\"}").getBytes(UTF_8));
              }
              // The first token expires after a while.
              String wanted = n > 14 ? "Bearer t2" : "Bearer t1";
              return request.path().equals("/v2/")
                      || request.header("Authorization").orElse("").equals(wanted)
                  ? null
                  : Answer.of(401)
                      .with(
                          "WWW-Authenticate",
                          "Bearer realm=\"http://"
                              + self[0].address()
                              + "/token\",service=\"the registry\",scope=\"ignored\"");
            })) {
      self[0] = registry;
      publish(registry, ACCESS.withCredentials(CredentialSource.of(alice)), "1.0");
      assertComplete(registry);
      assertThat(tokens).hasValue(2);
    }
  }

  @Test
  void namesRefusedCredentialsWithoutTheSecret() throws Exception {
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) -> Answer.of(401).with("WWW-Authenticate", "Basic realm=\"x\""))) {
      Credentials alice = new Credentials("alice", "secret-word", "--user");
      assertThatThrownBy(
              () -> publish(registry, ACCESS.withCredentials(CredentialSource.of(alice)), "1.0"))
          .isInstanceOf(AuthenticationException.class)
          .hasMessage(
              "The registry "
                  + registry.address()
                  + " does not let user alice from --user look for a manifest in team/tools (answer"
                  + " 401). Check user and password, or log in with \"docker login "
                  + registry.address()
                  + "\" as a user who may.");
      assertThatThrownBy(() -> publish(registry, ACCESS, "1.0"))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("requires credentials, but there are none");
      assertThat(alice.toString()).doesNotContain("secret-word");
    }
  }

  @Test
  void readsDockersCredentialsWhereDockerConfigSaysSo() throws Exception {
    Path docker = Files.createDirectories(folder.resolve("docker"));
    Path config = docker.resolve("config.json");
    String auth = Base64.getEncoder().encodeToString("bob:pw".getBytes(UTF_8));
    Files.writeString(config, "{\"auths\":{\"registry.example.com\":{\"auth\":\"" + auth + "\"}}}");
    AuthFiles files = AuthFiles.of(Map.of("DOCKER_CONFIG", docker.toString()), "/nowhere");

    assertThat(files.find(Reference.of("registry.example.com/a/b:1")))
        .contains(new Credentials("bob", "pw", config.toString()));
    assertThat(files.find(Reference.of("other.example.com/a/b"))).isEmpty();
    assertThat(files.description()).contains("/nowhere/.config/containers/auth.json");
  }

  @Test
  void readsDockersVariableAndShowsNothingOfIt() {
    String auth = Base64.getEncoder().encodeToString("bob:p:w".getBytes(UTF_8));
    String config =
        "{'auths':{'one.test:5000':{'auth':'B'},'https://index.docker.io/v1/':{'auth':'B'}}}"
            .replace('\'', '"')
            .replace("\"B\"", '"' + auth + '"');
    AuthVariable variable = AuthVariable.of(Map.of("DOCKER_AUTH_CONFIG", config));

    assertThat(variable.find(Reference.of("one.test:5000/a")))
        .contains(new Credentials("bob", "p:w", "one.test:5000 in DOCKER_AUTH_CONFIG"));
    assertThat(variable.find(Reference.of("alpine"))).isPresent();
    assertThat(variable.find(Reference.of("one.test/a"))).isEmpty();
    assertThat(AuthVariable.of(Map.of()).find(Reference.of("alpine"))).isEmpty();
    for (String wrong : List.of("{\"auths\":{\"one.test\":{\"auth\":\"c2VjcmV0\"}}}", "secret")) {
      assertThatThrownBy(
              () ->
                  AuthVariable.of(Map.of("DOCKER_AUTH_CONFIG", wrong))
                      .find(Reference.of("one.test/a")))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("DOCKER_AUTH_CONFIG is not of the form")
          .hasMessageNotContaining("secret")
          .hasNoCause();
    }
  }

  @Test
  void readsNameAndPasswordWhereDockerHasThemInPlaceOfThePair() throws Exception {
    String entry = "{\"username\":\"bob\",\"password\":\"p:w\"}";
    String config =
        "{\"auths\":{\"one.test\":E,\"https://index.docker.io/v1/\":E,\"two.test\":{\"auth\":\"\"}}}"
            .replace("E", entry);
    Path docker = Files.createDirectories(folder.resolve("docker"));
    Files.writeString(docker.resolve("config.json"), config);
    for (CredentialSource source :
        List.of(
            AuthVariable.of(Map.of("DOCKER_AUTH_CONFIG", config)),
            AuthFiles.of(Map.of("DOCKER_CONFIG", docker.toString()), "/nowhere"))) {
      for (String image : List.of("one.test/a", "alpine")) {
        assertThat(source.find(Reference.of(image)))
            .hasValueSatisfying(
                found -> {
                  assertThat(found.user()).isEqualTo("bob");
                  assertThat(found.secret()).isEqualTo("p:w");
                });
      }
      assertThat(source.find(Reference.of("two.test/a"))).isEmpty();
      assertThat(source.find(Reference.of("three.test/a"))).isEmpty();
    }
  }

  @Test
  void readsMavensServersAndReportsEncryptedPasswords() throws Exception {
    Path file = Files.createDirectories(folder.resolve(".m2")).resolve("settings.xml");
    Files.writeString(
        file,
        """
        <settings><servers>
          <server><id>one.test:5000</id><username>me</username><password>${env.PW}</password></server>
          <server><id>two.test</id><username>me</username><password>{COQLCE6DU6GtcS5P=}</password></server>
        </servers></settings>
        """);
    CredentialSource servers =
        new MavenServers(
            () -> MavenSettings.of(Map.of("user.home", folder.toString()), Map.of("PW", "secret")));

    assertThat(servers.find(Reference.of("one.test:5000/a")))
        .contains(new Credentials("me", "secret", "the server one.test:5000 in " + file));
    assertThat(servers.find(Reference.of("one.test/a"))).isEmpty();
    assertThatThrownBy(() -> servers.find(Reference.of("two.test/a")))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("two.test in " + file + " is encrypted")
        .hasMessageContaining("docker login two.test")
        .hasMessageNotContaining("COQL");
  }

  @Test
  void givenCredentialsAreForTheirRegistryOnly() {
    CredentialSource given =
        CredentialSource.of(new Credentials("me", "secret", "the test"), "one.test");
    assertThat(given.find(Reference.of("one.test/a"))).isPresent();
    assertThat(given.find(Reference.of("alpine"))).isEmpty();
  }

  @Test
  void pullsFromTheMirrorOfARegistry() throws Exception {
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      new Publisher(ACCESS)
          .publish(store, index, reference(registry, "hub/library/tools:1"), List.of());
      RegistryAccess mirrored =
          ACCESS.withMirrors(Map.of("docker.io", registry.address() + "/hub"));

      BasePuller.PulledImage image =
          new BasePuller(mirrored)
              .pull(
                  Reference.of("tools:1"),
                  Platform.LINUX_AMD64,
                  new BlobStore(folder.resolve("pulled")));
      assertThat(image.reference()).hasToString("docker.io/library/tools:1@" + index.digest());
    }
  }

  @Test
  void refusesATokenServerThatIsNotHttps() throws Exception {
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) ->
                Answer.of(401)
                    .with("WWW-Authenticate", "Bearer realm=\"http://auth.example.com/t\""))) {
      assertThatThrownBy(() -> publish(registry, ACCESS, "1.0"))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("not reached over HTTPS: \"http://auth.example.com/t\"");
    }
  }

  @Test
  void usesPlainHttpOnlyForLoopbackAndNamedHosts() {
    assertThat(ACCESS.allowsPlainHttp("127.0.0.1:80")).isTrue();
    assertThat(ACCESS.allowsPlainHttp("registry.example.com")).isFalse();
    assertThat(
            ACCESS
                .withInsecureRegistries(Set.of("registry.example.com"))
                .allowsPlainHttp("registry.example.com"))
        .isTrue();
  }

  @Test
  void reportsAServerThatDoesNotAnswer() throws Exception {
    String gone;
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      gone = registry.address();
    }
    assertThatThrownBy(
            () ->
                new Publisher(ACCESS.withAttempts(2, Duration.ZERO))
                    .publish(store, index, Reference.of(gone + "/x"), List.of("1")))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("No answer from " + gone)
        .hasMessageContaining("2 attempts");
  }

  @Test
  void pullsAPinnedImageOnceAndThenNeedsNoNetwork() throws Exception {
    BlobStore pulled = new BlobStore(folder.resolve("pulled"));
    Reference pinned;
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      publish(registry, ACCESS, "1.0");
      BasePuller.PulledImage image =
          new BasePuller(ACCESS)
              .pull(reference(registry, "team/tools:1.0"), Platform.LINUX_ARM64, pulled);

      assertThat(image.root()).isEqualTo(index);
      assertThat(image.layers()).hasSize(3);
      assertThat(image.config().platform()).isEqualTo(Platform.LINUX_ARM64);
      for (Digest digest : OciLayout.reachable(pulled, image.manifest())) {
        pulled.verify(digest);
      }
      pinned = image.reference();
    }
    assertThat(new BasePuller(ACCESS).pull(pinned, Platform.LINUX_ARM64, pulled).layers())
        .hasSize(3);
  }

  @Test
  void goesOnWithALayerWhereTheConnectionBroke() throws Exception {
    AtomicInteger cut = new AtomicInteger();
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) -> {
              boolean whole = request.header("Range").isEmpty();
              return request.method().equals("GET")
                      && request.path().contains("/blobs/")
                      && whole
                      && cut.incrementAndGet() > 0
                  // The server announces more bytes than it sends, then closes the connection.
                  ? truncated(store.path(Digest.of(request.path().replaceAll(".*/", ""))))
                  : null;
            })) {
      publish(registry, ACCESS, "1.0");
      BlobStore pulled = new BlobStore(folder.resolve("pulled"));
      new BasePuller(ACCESS)
          .pull(reference(registry, "team/tools:1.0"), Platform.LINUX_AMD64, pulled);
      assertThat(cut).hasValueGreaterThan(3);
    }
  }

  private Answer truncated(Path blob) throws IOException {
    byte[] content = Files.readAllBytes(blob);
    Path half = Files.createTempFile(folder, "half", "");
    Files.write(half, Arrays.copyOf(content, content.length / 2));
    return Answer.of(200).with(new Answer.Region(half, 0, content.length));
  }

  @Test
  void refusesContentThatDoesNotMatchItsDigest() throws Exception {
    try (ARegistry registry =
        ARegistry.behind(
            folder.resolve("remote"),
            (request, n) ->
                request.method().equals("GET") && request.path().contains("/blobs/")
                    ? Answer.of(200)
                        .with(new Answer.Bytes("evil".repeat(1_000_000).getBytes(UTF_8)))
                    : null)) {
      publish(registry, ACCESS, "1.0");
      BlobStore pulled = new BlobStore(folder.resolve("pulled"));
      assertThatThrownBy(
              () ->
                  new BasePuller(ACCESS)
                      .pull(reference(registry, "team/tools:1.0"), Platform.LINUX_AMD64, pulled))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("sent more than the");
    }
  }

  @Test
  void reportsTheContentThatARegistrySentInstead() throws Exception {
    try (ARegistry registry = ARegistry.behind(folder.resolve("remote"), (request, n) -> null)) {
      Descriptor amd64 = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
      new Publisher(ACCESS).publish(store, amd64, reference(registry, "one:1"), List.of());
      BlobStore pulled = new BlobStore(folder.resolve("pulled"));
      BasePuller puller = new BasePuller(ACCESS);
      assertThatThrownBy(
              () -> puller.pull(reference(registry, "one:1"), Platform.LINUX_ARM64, pulled))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("is an image for linux/amd64, not for linux/arm64");
      assertThatThrownBy(
              () -> puller.pull(reference(registry, "one:2"), Platform.LINUX_ARM64, pulled))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("has no one:2. Check the reference.");
    }
  }

  private Publisher.Published publish(ARegistry registry, RegistryAccess access, String... tags)
      throws IOException {
    return new Publisher(access)
        .publish(store, index, reference(registry, "team/tools"), List.of(tags));
  }

  private static Reference reference(ARegistry registry, String rest) {
    return Reference.of(registry.address() + "/" + rest);
  }

  private void assertComplete(ARegistry registry) throws IOException {
    for (Digest digest : OciLayout.reachable(store, index)) {
      registry.blobs.verify(digest);
    }
  }
}
