package ai.opencode.sandbox.registry.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.ImagePuller;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each endpoint of distribution-spec 1.1, with the numbers of its table. */
class EmbeddedRegistryTest {

  private static final String EMPTY = "application/vnd.oci.empty.v1+json";

  private static final byte[] HELLO = "hello, world".getBytes(UTF_8);
  private static final Digest DIGEST = Digest.sha256(HELLO);

  @TempDir Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private BlobStore store;
  private EmbeddedRegistry registry;

  @BeforeEach
  void start() throws IOException {
    store = new BlobStore(folder);
    registry = EmbeddedRegistry.start(store);
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Test
  void end1AnswersThePing() throws Exception {
    assertThat(get("/v2/").statusCode()).isEqualTo(200);
    assertThat(get("/v2/").headers().firstValue("Docker-Distribution-Api-Version"))
        .contains("registry/2.0");
  }

  @Test
  void end2ServesBlobs() throws Exception {
    store.put("x/y", HELLO);
    HttpResponse<byte[]> got = get("/v2/a/b/blobs/" + DIGEST);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo(HELLO);
    assertThat(got.headers().firstValue("Docker-Content-Digest")).contains(DIGEST.toString());

    HttpResponse<byte[]> head = send("HEAD", "/v2/a/b/blobs/" + DIGEST);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(12);
    assertThat(head.body()).isEmpty();

    HttpResponse<byte[]> missing = get("/v2/a/b/blobs/" + Digest.sha256("other"));
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(code(missing)).isEqualTo("BLOB_UNKNOWN");
    assertThat(code(get("/v2/a/b/blobs/sha256:12"))).isEqualTo("DIGEST_INVALID");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "bytes=0-4,206,hello,bytes 0-4/12",
        "bytes=7-,206,world,bytes 7-11/12",
        "bytes=-5,206,world,bytes 7-11/12",
        "bytes=-500,206,'hello, world',bytes 0-11/12",
        "bytes=7-900,206,world,bytes 7-11/12",
        "bytes=12-,416,-,bytes */12",
        "lines=1-2,200,'hello, world',-"
      })
  void end2ServesPartsOfBlobs(String range, int status, String body, String contentRange)
      throws Exception {
    store.put("x/y", HELLO);
    HttpResponse<byte[]> part = send("GET", "/v2/a/blobs/" + DIGEST, none(), "Range", range);
    assertThat(part.statusCode()).isEqualTo(status);
    if (body != null) {
      assertThat(new String(part.body(), UTF_8)).isEqualTo(body);
    }
    assertThat(part.headers().firstValue("Content-Range").orElse(null)).isEqualTo(contentRange);
  }

  @Test
  void end4bTakesABlobInOneRequest() throws Exception {
    HttpResponse<byte[]> posted = send("POST", "/v2/a/blobs/uploads/?digest=" + DIGEST, hello());
    assertThat(posted.statusCode()).isEqualTo(201);
    assertThat(get(location(posted)).body()).isEqualTo(HELLO);

    HttpResponse<byte[]> wrong =
        send("POST", "/v2/a/blobs/uploads/?digest=" + Digest.sha256("other"), hello());
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(code(wrong)).isEqualTo("DIGEST_INVALID");
  }

  @Test
  void end4aAnd6TakeABlobWithPostAndPut() throws Exception {
    HttpResponse<byte[]> put = send("PUT", begin() + "?digest=" + DIGEST, hello());
    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(location(put)).isEqualTo("/v2/a/blobs/" + DIGEST);
    assertThat(store.read(DIGEST)).isEqualTo(HELLO);

    assertThat(code(send("PUT", begin(), hello()))).isEqualTo("DIGEST_INVALID");
    String upload = begin();
    send("PUT", upload + "?digest=" + Digest.sha256("other"), hello());
    assertThat(code(get(upload))).isEqualTo("BLOB_UPLOAD_UNKNOWN");
  }

  @Test
  void end5TakesAStreamOfUnknownLength() throws Exception {
    byte[] large = new byte[3_000_000];
    large[17] = 1;
    InputStream stream = new java.io.ByteArrayInputStream(large);
    String upload = begin();
    HttpResponse<byte[]> patched =
        send("PATCH", upload, BodyPublishers.ofInputStream(() -> stream));
    assertThat(patched.statusCode()).isEqualTo(202);
    assertThat(patched.headers().firstValue("Range")).contains("0-2999999");
    assertThat(
            send("PUT", location(patched) + "?digest=" + Digest.sha256(large), none()).statusCode())
        .isEqualTo(201);
    assertThat(store.read(Digest.sha256(large))).isEqualTo(large);
  }

  @Test
  void end5And13TakeChunksInOrderOnly() throws Exception {
    String upload = begin();
    assertThat(chunk(upload, "hello", "0-4").statusCode()).isEqualTo(202);

    HttpResponse<byte[]> gap = chunk(upload, "world", "7-11");
    assertThat(gap.statusCode()).isEqualTo(416);
    assertThat(gap.headers().firstValue("Range")).contains("0-4");
    assertThat(location(gap)).isEqualTo(upload);
    assertThat(chunk(upload, "hello", "0-4").statusCode()).isEqualTo(416);
    assertThat(chunk(upload, "short", "5-99").statusCode()).isEqualTo(400);

    HttpResponse<byte[]> status = get(upload);
    assertThat(status.statusCode()).isEqualTo(204);
    assertThat(status.headers().firstValue("Range")).contains("0-4");
    assertThat(
            send(
                    "PUT",
                    upload + "?digest=" + DIGEST,
                    BodyPublishers.ofString(", world"),
                    "Content-Range",
                    "5-11")
                .statusCode())
        .isEqualTo(201);
    assertThat(store.read(DIGEST)).isEqualTo(HELLO);
  }

  @Test
  void end14ForgetsACancelledUpload() throws Exception {
    String upload = begin();
    assertThat(send("DELETE", upload).statusCode()).isEqualTo(204);
    assertThat(get(upload).statusCode()).isEqualTo(404);
    try (var parts = Files.list(folder.resolve("tmp"))) {
      assertThat(parts).isEmpty();
    }
  }

  @Test
  void end13LetsAnInterruptedUploadGoOn() throws Exception {
    String upload = begin();
    try (Socket client = connect()) {
      String head =
          "PATCH " + upload + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\nhello";
      client.getOutputStream().write(head.getBytes(UTF_8));
      client.getOutputStream().flush();
      while (!get(upload).headers().firstValue("Range").orElse("").equals("0-4")) {
        Thread.sleep(10);
      }
    }
    HttpResponse<byte[]> rest;
    do {
      rest = chunk(upload, ", world", "5-11");
    } while (rest.statusCode() == 416);
    assertThat(send("PUT", upload + "?digest=" + DIGEST).statusCode()).isEqualTo(201);
    assertThat(store.read(DIGEST)).isEqualTo(HELLO);
  }

  @Test
  void end11MountsWhatIsThere() throws Exception {
    store.put("x/y", HELLO);
    for (String query : List.of("?mount=" + DIGEST + "&from=b%2Fc", "?mount=" + DIGEST)) {
      HttpResponse<byte[]> mounted = send("POST", "/v2/a/blobs/uploads/" + query);
      assertThat(mounted.statusCode()).isEqualTo(201);
      assertThat(location(mounted)).isEqualTo("/v2/a/blobs/" + DIGEST);
    }
    HttpResponse<byte[]> missing =
        send("POST", "/v2/a/blobs/uploads/?mount=" + Digest.sha256("other") + "&from=b");
    assertThat(missing.statusCode()).isEqualTo(202);
    assertThat(location(missing)).startsWith("/v2/a/blobs/uploads/");
  }

  @Test
  void end3And7KeepManifestsUnderTagAndDigest() throws Exception {
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    byte[] manifest = store.read(image.digest());
    HttpResponse<byte[]> put = putManifest("/v2/a/manifests/1.0", MediaType.MANIFEST, manifest);
    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(location(put)).isEqualTo("/v2/a/manifests/" + image.digest());

    for (String selector : List.of("1.0", image.digest().toString())) {
      HttpResponse<byte[]> got = get("/v2/a/manifests/" + selector);
      assertThat(got.body()).isEqualTo(manifest);
      assertThat(got.headers().firstValue("Content-Type")).contains(MediaType.MANIFEST);
      HttpResponse<byte[]> head = send("HEAD", "/v2/a/manifests/" + selector);
      assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(manifest.length);
      assertThat(head.headers().firstValue("Docker-Content-Digest"))
          .contains(image.digest().toString());
    }
    assertThat(code(get("/v2/a/manifests/2.0"))).isEqualTo("MANIFEST_UNKNOWN");
    assertThat(registry.find("a", "1.0")).map(Descriptor::digest).contains(image.digest());
    assertThat(
            send(
                    "PUT",
                    "/v2/a/manifests/" + image.digest() + "?tag=x&tag=y",
                    BodyPublishers.ofByteArray(manifest))
                .headers()
                .firstValue("OCI-Tag"))
        .contains("x, y");
    assertThat(registry.tags("a").keySet()).containsExactly("1.0", "x", "y");
  }

  @Test
  void end7RefusesManifestsThatCannotBe() throws Exception {
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    byte[] manifest = store.read(image.digest());
    assertThat(code(putManifest("/v2/a/manifests/" + DIGEST, MediaType.MANIFEST, manifest)))
        .isEqualTo("DIGEST_INVALID");
    assertThat(code(putManifest("/v2/a/manifests/x", MediaType.INDEX, manifest)))
        .isEqualTo("MANIFEST_INVALID");
    assertThat(code(putManifest("/v2/a/manifests/x", MediaType.MANIFEST, HELLO)))
        .isEqualTo("MANIFEST_INVALID");
    assertThat(code(putManifest("/v2/a/manifests/-x", MediaType.MANIFEST, manifest)))
        .isEqualTo("TAG_INVALID");
    HttpResponse<byte[]> large =
        putManifest("/v2/a/manifests/x", MediaType.MANIFEST, new byte[Json.MAX_BYTES + 1]);
    assertThat(large.statusCode()).isEqualTo(413);

    Files.delete(store.path(Digest.sha256(store.read(image.digest()))));
    byte[] index =
        ("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"size\":1,\"digest\":\""
                + image.digest()
                + "\"}]}")
            .getBytes(UTF_8);
    HttpResponse<byte[]> early = putManifest("/v2/a/manifests/x", MediaType.INDEX, index);
    assertThat(early.statusCode()).isEqualTo(404);
    assertThat(code(early)).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(registry.tags("a")).isEmpty();
  }

  @Test
  void end8ListsTagsInPages() throws Exception {
    assertThat(code(get("/v2/a/tags/list"))).isEqualTo("NAME_UNKNOWN");
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).in(store);
    for (String tag : List.of("c", "a", "b")) {
      registry.tag("a", tag, image);
    }
    assertThat(text(get("/v2/a/tags/list")))
        .isEqualTo("{\"name\":\"a\",\"tags\":[\"a\",\"b\",\"c\"]}");
    HttpResponse<byte[]> page = get("/v2/a/tags/list?n=2");
    assertThat(text(page)).contains("[\"a\",\"b\"]");
    assertThat(page.headers().firstValue("Link"))
        .contains("</v2/a/tags/list?n=2&last=b>; rel=\"next\"");
    HttpResponse<byte[]> next = get("/v2/a/tags/list?n=2&last=b");
    assertThat(text(next)).contains("[\"c\"]");
    assertThat(next.headers().firstValue("Link")).isEmpty();
    assertThat(text(get("/v2/a/tags/list?n=0"))).contains("[]");
    assertThat(text(get("/v2/_catalog"))).isEqualTo("{\"repositories\":[\"a\"]}");
  }

  @Test
  void end9And10DeleteFromARepositoryButNotFromTheStore() throws Exception {
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    registry.tag("a", "1", image);
    registry.tag("a", "2", image);
    assertThat(send("DELETE", "/v2/a/manifests/1").statusCode()).isEqualTo(202);
    assertThat(get("/v2/a/manifests/1").statusCode()).isEqualTo(404);
    assertThat(get("/v2/a/manifests/2").statusCode()).isEqualTo(200);

    assertThat(send("DELETE", "/v2/a/manifests/" + image.digest()).statusCode()).isEqualTo(202);
    assertThat(get("/v2/a/manifests/" + image.digest()).statusCode()).isEqualTo(404);
    assertThat(get("/v2/a/manifests/2").statusCode()).isEqualTo(404);
    assertThat(get("/v2/b/manifests/" + image.digest()).statusCode()).isEqualTo(200);

    store.put("x/y", HELLO);
    assertThat(send("DELETE", "/v2/a/blobs/" + DIGEST).statusCode()).isEqualTo(202);
    assertThat(get("/v2/a/blobs/" + DIGEST).statusCode()).isEqualTo(404);
    assertThat(send("DELETE", "/v2/a/blobs/" + DIGEST).statusCode()).isEqualTo(404);
    send("POST", "/v2/a/blobs/uploads/?digest=" + DIGEST, hello());
    assertThat(get("/v2/a/blobs/" + DIGEST).statusCode()).isEqualTo(200);
  }

  @Test
  void end12ListsWhatRefersToAManifest() throws Exception {
    Digest later = Digest.sha256("not there yet");
    Descriptor config = store.put(EMPTY, "{}".getBytes(UTF_8));
    byte[] artifact =
        ("{\"schemaVersion\":2,\"mediaType\":\""
                + MediaType.MANIFEST
                + "\",\"artifactType\":\"x/sbom\",\"config\":{\"mediaType\":\"y/z\",\"size\":2,"
                + "\"digest\":\""
                + config.digest()
                + "\"},\"layers\":[],\"annotations\":{\"k\":\"v\"},\"subject\":{\"mediaType\":\"m\","
                + "\"size\":1,\"digest\":\""
                + later
                + "\"}}")
            .getBytes(UTF_8);
    HttpResponse<byte[]> put =
        putManifest("/v2/a/manifests/" + Digest.sha256(artifact), MediaType.MANIFEST, artifact);
    assertThat(put.headers().firstValue("OCI-Subject")).contains(later.toString());

    HttpResponse<byte[]> all = get("/v2/a/referrers/" + later);
    assertThat(all.headers().firstValue("Content-Type")).contains(MediaType.INDEX);
    assertThat(text(all))
        .contains(Digest.sha256(artifact).toString(), "\"artifactType\":\"x/sbom\"", "\"k\":\"v\"");
    HttpResponse<byte[]> filtered = get("/v2/a/referrers/" + later + "?artifactType=other%2Ftype");
    assertThat(text(filtered)).contains("\"manifests\":[]");
    assertThat(filtered.headers().firstValue("OCI-Filters-Applied")).contains("artifactType");
    assertThat(text(get("/v2/a/referrers/" + DIGEST))).contains("\"manifests\":[]");
  }

  @Test
  void keepsAnIndexOfIndexesWithASubjectThatIsNotThere() throws Exception {
    Descriptor inner = AnImage.forBothPlatforms(store, it -> it.withFile("a", "1"));
    Digest absent = Digest.sha256("absent");
    byte[] outer =
        ("{\"schemaVersion\":2,\"mediaType\":\""
                + MediaType.INDEX
                + "\",\"manifests\":[{\"mediaType\":\""
                + MediaType.INDEX
                + "\",\"size\":"
                + inner.size()
                + ",\"digest\":\""
                + inner.digest()
                + "\"}],\"subject\":{\"mediaType\":\""
                + MediaType.MANIFEST
                + "\",\"size\":1,\"digest\":\""
                + absent
                + "\"}}")
            .getBytes(UTF_8);
    HttpResponse<byte[]> put = putManifest("/v2/a/manifests/nested", MediaType.INDEX, outer);

    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(put.headers().firstValue("OCI-Subject")).contains(absent.toString());
    assertThat(get("/v2/a/manifests/nested").body()).isEqualTo(outer);
    assertThat(text(get("/v2/a/referrers/" + absent)))
        .contains(Digest.sha256(outer).toString())
        .contains("\"mediaType\":\"" + MediaType.INDEX + "\"");
    // A deleted referrer is no longer listed.
    assertThat(send("DELETE", "/v2/a/manifests/" + Digest.sha256(outer)).statusCode())
        .isEqualTo(202);
    assertThat(text(get("/v2/a/referrers/" + absent))).contains("\"manifests\":[]");
  }

  @Test
  void keepsManifestsWithoutLayersWithEmptyBlobsAndWithData() throws Exception {
    Digest empty = Digest.sha256(new byte[0]);
    assertThat(
            send(
                    "POST",
                    "/v2/a/blobs/uploads/?digest=" + empty,
                    BodyPublishers.ofByteArray(new byte[0]))
                .statusCode())
        .isEqualTo(201);
    HttpResponse<byte[]> served = get("/v2/a/blobs/" + empty);
    assertThat(served.statusCode()).isEqualTo(200);
    assertThat(served.body()).isEmpty();
    String begun = begin();
    assertThat(send("PUT", begun + "?digest=" + empty).statusCode()).isEqualTo(201);

    Descriptor config = store.put(EMPTY, "{}".getBytes(UTF_8));
    String head =
        "{\"schemaVersion\":2,\"mediaType\":\""
            + MediaType.MANIFEST
            + "\",\"artifactType\":\"x/y\",\"config\":{\"mediaType\":\""
            + EMPTY
            + "\",\"size\":2,\"data\":\"e30=\",\"digest\":\""
            + config.digest()
            + "\"},\"layers\":[";
    String emptyLayer =
        "{\"mediaType\":\"x/z\",\"size\":0,\"data\":\"\",\"digest\":\"" + empty + "\"}";
    for (String layers : List.of("", emptyLayer)) {
      byte[] manifest = (head + layers + "]}").getBytes(UTF_8);
      String path = "/v2/a/manifests/" + Digest.sha256(manifest);
      assertThat(putManifest(path, MediaType.MANIFEST, manifest).statusCode()).isEqualTo(201);
      assertThat(get(path).body()).isEqualTo(manifest);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST,/v2/a/blobs/uploads/?digest=sha512:SHA512,400,DIGEST_INVALID",
    "POST,/v2/a/blobs/uploads/?digest-algorithm=sha512,400,UNSUPPORTED",
    "GET,/v2/a/blobs/sha512:SHA512,400,DIGEST_INVALID",
    "PUT,/v2/a/manifests/sha512:SHA512,400,DIGEST_INVALID",
    "GET,/v2/a/referrers/sha512:SHA512,400,DIGEST_INVALID",
  })
  void saysThatItKeepsSha256Only(String method, String path, int status, String code)
      throws Exception {
    HttpResponse<byte[]> response = send(method, path.replace("SHA512", "a".repeat(128)));
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(code(response)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/a/manifests/absent",
    "/v2/a/manifests/sha256:DIGEST",
    "/v2/a/blobs/sha256:DIGEST",
    "/v2/a/blobs/uploads/absent",
  })
  void headOfMissingContentHasNoBody(String path) throws Exception {
    HttpResponse<byte[]> response = send("HEAD", path.replace("DIGEST", "a".repeat(64)));
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void takesAndServesManyImagesAtOnce() throws Exception {
    BlobStore source = new BlobStore(folder.resolve("source"));
    RegistryAccess access =
        RegistryAccess.standard().withCredentials(CredentialSource.firstOf(List.of()));
    ExecutorService threads = Executors.newFixedThreadPool(24);
    try {
      List<Future<Descriptor>> images = new ArrayList<>();
      for (int i = 0; i < 48; i++) {
        String own = "own " + i;
        String repository = "r" + i % 5;
        String tag = "t" + i;
        images.add(
            threads.submit(
                () -> {
                  Descriptor image =
                      AnImage.forBothPlatforms(
                          source,
                          it -> it.withFile("same", "x".repeat(50_000)).withFile("own", own));
                  new Publisher(access)
                      .publish(source, image, registry.reference(repository, tag), List.of("last"));
                  BlobStore pulled = new BlobStore(folder.resolve(tag));
                  new ImagePuller(access).pull(registry.reference(repository, tag), pulled);
                  for (Digest digest : OciLayout.reachable(pulled, image)) {
                    pulled.verify(digest);
                  }
                  return image;
                }));
      }
      for (int i = 0; i < images.size(); i++) {
        Digest digest = images.get(i).get().digest();
        assertThat(registry.find("r" + i % 5, "t" + i)).map(Descriptor::digest).contains(digest);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v2/A/tags/list,400,NAME_INVALID",
    "GET,/v2/a/../b/blobs/x,400,NAME_INVALID",
    "GET,/v2/a%2F..%2F..%2Fetc/manifests/x,400,NAME_INVALID",
    "GET,/v2/a/blobs/sha256:..%2F..%2Fetc,404,UNSUPPORTED",
    "GET,/v2/a/nothing,404,UNSUPPORTED",
    "GET,/other,404,UNSUPPORTED",
    "POST,/v2/a/tags/list,404,NAME_UNKNOWN",
    "POST,/v2/,405,UNSUPPORTED",
    "GET,/v2/a/manifests/sha512:12,400,DIGEST_INVALID",
  })
  void refusesWithTheSpecificationsCodes(String method, String path, int status, String code)
      throws Exception {
    HttpResponse<byte[]> response = send(method, path);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(code(response)).isEqualTo(code);
  }

  @Test
  void answersClientsThatTryTlsFirstAtOnce() throws Exception {
    try (Socket client = connect()) {
      client.setSoTimeout(2000);
      OutputStream out = client.getOutputStream();
      out.write(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
      out.flush();
      assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.0 400 Bad Request")
          .contains("Client sent an HTTPS request to an HTTP server.");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'",
    "'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n'",
    "'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'",
    "'GET /v2/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n'",
    "'NONSENSE\r\n\r\n'",
    "'GET http://elsewhere/ HTTP/1.1\r\nHost: localhost\r\n\r\n'",
  })
  void refusesAmbiguousHttp(String request) throws Exception {
    try (Socket client = connect()) {
      client.setSoTimeout(2000);
      client.getOutputStream().write(request.getBytes(UTF_8));
      assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void servesManyClientsAtOnce() throws Exception {
    byte[] large = new byte[2_000_000];
    Digest digest = store.put("x/y", large).digest();
    ExecutorService threads = Executors.newFixedThreadPool(64);
    try {
      List<Future<Integer>> sizes = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        sizes.add(threads.submit(() -> get("/v2/a/blobs/" + digest).body().length));
      }
      for (Future<Integer> size : sizes) {
        assertThat(size.get()).isEqualTo(large.length);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void servesALayoutAndStoresPushedImages() throws Exception {
    BlobStore source = new BlobStore(folder.resolve("source"));
    OciLayout layout = new OciLayout(folder.resolve("layout"));
    Descriptor index = AnImage.forBothPlatforms(source, it -> it.withFile("a", "1"));
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("b", "2").in(source);
    layout.put(source, Map.of("opencode-sandbox-base", index, "tools:1.2", image));

    try (EmbeddedRegistry served = EmbeddedRegistry.serveWithPush(layout, 0)) {
      assertThat(served.find("opencode-sandbox-base", "latest")).isPresent();
      assertThat(served.tags("tools").keySet()).containsExactly("1.2");
      HttpRequest push =
          request(served, "PUT", "/v2/new/manifests/3", layout.blobs().read(image.digest()));
      assertThat(http.send(push, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(201);
    }
    assertThat(layout.find("new:3")).map(Descriptor::digest).contains(image.digest());
    try (EmbeddedRegistry again = EmbeddedRegistry.serve(layout, 0)) {
      assertThat(again.tags("new").keySet()).containsExactly("3");
    }
  }

  @Test
  void saysThatAPortIsTaken() {
    assertThatThrownBy(() -> EmbeddedRegistry.start(store, registry.port()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Port " + registry.port() + " of 127.0.0.1 is taken");
  }

  @Test
  void jibBuildsFromItIntoIt() throws Exception {
    Descriptor root = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    Path file = Files.writeString(folder.resolve("file"), "content");
    RegistryImage target = RegistryImage.named(registry.address() + "/tools:1");

    JibContainer built =
        Jib.from(registry.reference("staged", root.digest()).toString())
            .addFileEntriesLayer(
                FileEntriesLayer.builder().addEntry(file, AbsoluteUnixPath.get("/file")).build())
            .setFormat(ImageFormat.OCI)
            .setEntrypoint("/init")
            .containerize(
                Containerizer.to(target)
                    .setAllowInsecureRegistries(true)
                    .setBaseImageLayersCache(folder.resolve("cache"))
                    .setApplicationLayersCache(folder.resolve("cache")));

    Descriptor image = registry.find("tools", "1").orElseThrow();
    assertThat(image.digest()).hasToString(built.getDigest().toString());
    assertThat(OciLayout.reachable(store, image))
        .containsAll(
            OciLayout.reachable(store, root).stream()
                .filter(digest -> !digest.equals(root.digest()))
                .limit(1)
                .toList());
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), registry.port());
  }

  private String begin() throws Exception {
    HttpResponse<byte[]> begun = send("POST", "/v2/a/blobs/uploads/");
    assertThat(begun.statusCode()).isEqualTo(202);
    return location(begun);
  }

  private HttpResponse<byte[]> chunk(String upload, String content, String range) throws Exception {
    return send("PATCH", upload, BodyPublishers.ofString(content), "Content-Range", range);
  }

  private HttpResponse<byte[]> putManifest(String path, String mediaType, byte[] content)
      throws Exception {
    return send("PUT", path, BodyPublishers.ofByteArray(content), "Content-Type", mediaType);
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return send("GET", path);
  }

  private HttpResponse<byte[]> send(String method, String path) throws Exception {
    return send(method, path, none());
  }

  private HttpResponse<byte[]> send(
      String method, String path, BodyPublisher body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + registry.address() + path))
            .method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static HttpRequest request(
      EmbeddedRegistry server, String method, String path, byte[] body) {
    return HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
        .method(method, BodyPublishers.ofByteArray(body))
        .build();
  }

  private static BodyPublisher none() {
    return BodyPublishers.noBody();
  }

  private static BodyPublisher hello() {
    return BodyPublishers.ofByteArray(HELLO);
  }

  private static String location(HttpResponse<byte[]> response) {
    return response.headers().firstValue("Location").orElseThrow();
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), UTF_8);
  }

  private static String code(HttpResponse<byte[]> response) {
    return Json.parse(response.body(), "error").path("errors").path(0).path("code").asText();
  }
}
