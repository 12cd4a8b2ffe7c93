package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.RealRoot;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageVerifierTest {

  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());
  private static final Platform AMD64 = Platform.LINUX_AMD64;

  @TempDir private Path folder;

  @Test
  void saysTheSameTwice() throws IOException {
    ImageSource source =
        ASandbox.base().mode("usr/bin/git", 04777).remove("usr/bin/vim").in(folder);
    VerificationReport first = VERIFIER.verify(source, AMD64);
    VerificationReport second = VERIFIER.verify(source, AMD64);
    assertThat(Json.write(second.toJson())).isEqualTo(Json.write(first.toJson()));
    assertThat(second.lines()).isEqualTo(first.lines());
    assertThat(first.findings()).isSorted();
  }

  @Test
  void reportsAsTextAndJson() throws IOException {
    VerificationReport report =
        VERIFIER.verify(ASandbox.base().mode("usr/bin/curl", 04755).in(folder), AMD64);
    assertThat(report.lines())
        .contains(
            "  setuid: /usr/bin/curl: its mode is 4755: it runs as user 0 (consistency)",
            "  2 findings");
    assertThat(report.toJson().at("/findings/1/shows").asText()).isEqualTo("consistency");
    assertThat(report.toJson().at("/findings/1/id").asText()).isEqualTo("setuid");
    assertThat(report.toJson().at("/facts/packages").asInt()).isEqualTo(14);
    assertThat(report.toJson().path("clean").asBoolean(true)).isFalse();
  }

  /** A bundle that differs without local authorities is a finding (BrokenImageTest). */
  @Test
  void acceptsTheChangesOfLocalAuthorities() throws IOException {
    String local = "usr/local/share/ca-certificates/corp.crt";
    ImageSource source =
        ASandbox.base()
            .directory("usr/local", 0755, 0, 0)
            .directory("usr/local/share", 0755, 0, 0)
            .directory("usr/local/share/ca-certificates", 0755, 0, 0)
            .file(local, 0644, "corp\n")
            .content("etc/ssl/certs/ca-certificates.crt", "certificates\ncorp\n")
            .link("etc/ssl/certs/ca-cert-corp.pem", "/" + local)
            .link("etc/ssl/certs/f8841139.0", "ca-cert-corp.pem")
            .in(folder);

    assertThat(VERIFIER.verify(source, AMD64).findings()).isEmpty();
  }

  /** A closed contract has no such variables; a build sets them for such certificates. */
  @Test
  void knowsTheVariablesThatLocalAuthoritiesNeed() throws IOException {
    String bundle = "/etc/ssl/certs/ca-certificates.crt";
    String certificate = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n";
    ASandbox image =
        ASandbox.base()
            .directory("usr/local", 0755, 0, 0)
            .directory("usr/local/share", 0755, 0, 0)
            .directory("usr/local/share/ca-certificates", 0755, 0, 0)
            .file("usr/local/share/ca-certificates/corp.crt", 0644, certificate)
            .content(bundle.substring(1), certificate)
            .environment("NODE_EXTRA_CA_CERTS", bundle)
            .environment("SSL_CERT_FILE", bundle);

    assertThat(VERIFIER.verify(image.in(folder), AMD64).findings()).isEmpty();
  }

  /** As in an image of the stand-in, whose package has a finished bundle. */
  @Test
  void knowsABundleThatTheImagesOwnAuthoritiesFollow() throws IOException {
    String certificate = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n";
    String packaged = "certificates\n" + certificate.replace("YQ==", "Yg==");

    assertThat(findings(certificate, packaged, packaged + certificate + "\n")).isEmpty();
    for (String other :
        List.of(
            packaged + certificate.replace("YQ==", "Yw==") + "\n",
            certificate + "\n" + packaged,
            packaged.substring(1) + certificate + "\n")) {
      assertThat(findings(certificate, packaged, other))
          .extracting(Finding::where)
          .contains("/etc/ssl/certs/ca-certificates.crt");
    }
  }

  private List<Finding> findings(String own, String packaged, String bundle) throws IOException {
    String path = "etc/ssl/certs/ca-certificates.crt";
    ASandbox image =
        ASandbox.base()
            .directory("usr/local", 0755, 0, 0)
            .directory("usr/local/share", 0755, 0, 0)
            .directory("usr/local/share/ca-certificates", 0755, 0, 0)
            .file("usr/local/share/ca-certificates/corp.crt", 0644, own)
            .edit(
                "lib/apk/db/installed",
                record("ca-certificates.crt", "certificates\n"),
                record("ca-certificates.crt", packaged))
            .content(path, bundle)
            .environment("NODE_EXTRA_CA_CERTS", "/" + path)
            .environment("SSL_CERT_FILE", "/" + path);
    Path directory = folder.resolve(Integer.toHexString(bundle.hashCode()));
    return VERIFIER.verify(image.in(directory), AMD64).findings();
  }

  /** As the trigger of ca-certificates leaves it over a base with an older bundle. */
  @Test
  void knowsTheBundleThatASelectionMakes() throws IOException {
    String one = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n";
    String two = one.replace("YQ==", "Yg==");

    assertThat(
            VERIFIER
                .verify(selected(one, two, one + "\n").in(folder.resolve("a")), AMD64)
                .findings())
        .isEmpty();
    for (String other : List.of("", two, one + two, "mine")) {
      assertThat(
              VERIFIER
                  .verify(selected(one, two, other).in(folder.resolve(other.length() + "b")), AMD64)
                  .findings())
          .extracting(Finding::where)
          .contains("/etc/ssl/certs/ca-certificates.crt");
    }
  }

  private static ASandbox selected(String one, String two, String bundle) {
    ASandbox image =
        ASandbox.base()
            .directory("usr/share", 0755, 0, 0)
            .directory("usr/share/ca-certificates", 0755, 0, 0);
    String selection = "one.crt\n!two.crt\n";
    return image
        .file("usr/share/ca-certificates/one.crt", 0644, one)
        .file("usr/share/ca-certificates/two.crt", 0644, two)
        .file("etc/ca-certificates.conf", 0644, selection)
        .edit(
            "lib/apk/db/installed",
            "F:etc/ssl/certs\n",
            "F:etc\n"
                + record("ca-certificates.conf", selection)
                + "F:usr/share/ca-certificates\n"
                + record("one.crt", one)
                + record("two.crt", two)
                + "F:etc/ssl/certs\n")
        .content("etc/ssl/certs/ca-certificates.crt", bundle);
  }

  private static String record(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return "R:" + name + "\nZ:" + Checksum.from(Checksum.newSha1().digest(bytes)) + "\n";
  }

  @Test
  void readsADockerArchive() throws IOException {
    ImageSource source = new ImageSource.DockerArchive(dockerArchive(ASandbox.base()));
    VerificationReport report = VERIFIER.verify(source, AMD64);
    assertThat(report.findings()).isEmpty();
    assertThat(report.contract()).isEqualTo("base");
    assertThat(VERIFIER.platforms(source)).containsExactly(AMD64);
  }

  @Test
  void readsACompressedDockerArchive() throws IOException {
    Path compressed = folder.resolve("image.tar.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      Files.copy(dockerArchive(ASandbox.base().mode("usr/bin/git", 04755)), out);
    }
    assertThat(VERIFIER.verify(new ImageSource.DockerArchive(compressed), AMD64).findings())
        .extracting(Finding::id)
        .containsExactly("database-mode", "setuid");
  }

  @Test
  void readsAnOciArchiveAndNothingButItsLayout() throws IOException {
    Path layout = folder.resolve("layout");
    ASandbox.base().mode("usr/bin/git", 04755).in(layout);
    Path file = folder.resolve("image.oci.tar");
    try (OutputStream out = Files.newOutputStream(file);
        TarWriter tar = new TarWriter(out);
        Stream<Path> files = Files.walk(layout)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        byte[] content = Files.readAllBytes(each);
        String name = layout.relativize(each).toString();
        tar.write(
            new TarEntry.File(name, Attributes.of(0644), content.length),
            new ByteArrayInputStream(content));
      }
      tar.write(new TarEntry.SymbolicLink("blobs/md5", Attributes.of(0777), "/etc"));
      tar.finish();
    }
    List<ImageSource> sources = VERIFIER.images(ImageSource.of("oci-archive:" + file));

    assertThat(sources)
        .extracting(ImageSource::toString)
        .hasSize(1)
        .first()
        .asString()
        .endsWith(":" + ASandbox.NAME);
    assertThat(VERIFIER.platforms(sources.get(0))).containsExactly(AMD64);
    assertThat(VERIFIER.verify(sources.get(0), AMD64).findings())
        .extracting(Finding::id)
        .containsExactly("database-mode", "setuid");
  }

  @Test
  void readsFromARegistry() throws IOException {
    ASandbox.base().mode("usr/bin/git", 04755).in(folder);
    BlobStore store = new BlobStore(folder);
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(store)) {
      Descriptor index = new OciLayout(folder).find(ASandbox.NAME).orElseThrow();
      registry.tag("acme/" + ASandbox.NAME, "1", index);
      String reference = registry.reference("acme/" + ASandbox.NAME, index.digest()).toString();
      VerificationReport report = VERIFIER.verify(ImageSource.of(reference), AMD64);
      assertThat(report.contract()).isEqualTo("base");
      assertThat(report.findings())
          .extracting(Finding::id)
          .containsExactly("database-mode", "setuid");
    }
  }

  @Test
  void namesALayerThatIsNoArchive() throws IOException {
    byte[] junk = new byte[2048];
    junk[3] = 1;
    ImageSource source = image(List.of(gzip(junk)), List.of(Digest.sha256(junk)));
    assertThat(VERIFIER.verify(source, AMD64, Contract.ANY).findings())
        .extracting(Finding::id)
        .contains("layer-archive", "database");
  }

  @Test
  void namesBytesBehindALayersEnd() throws IOException {
    byte[] archive = new byte[1024];
    byte[] blob = gzip(archive);
    byte[] longer = Arrays.copyOf(blob, blob.length + 3);
    ImageSource source = image(List.of(longer), List.of(Digest.sha256(archive)));
    assertThat(VERIFIER.verify(source, AMD64, Contract.ANY).findings())
        .anySatisfy(finding -> assertThat(finding.id()).isEqualTo("layer-archive"));
  }

  @Test
  void namesAnImageThatIsNone() throws IOException {
    BlobStore store = new BlobStore(folder);
    Descriptor manifest = store.put(MediaType.MANIFEST, "{}".getBytes(StandardCharsets.UTF_8));
    new OciLayout(folder).name("x", manifest);
    VerificationReport report =
        VERIFIER.verify(new ImageSource.OciDirectory(folder, null), AMD64, null);
    assertThat(report.findings()).extracting(Finding::id).containsExactly("unreadable");
    assertThat(report.facts()).isNull();
  }

  /** Earlier findings do not hide the reason for which the reading ended. */
  @Test
  void reportsInvalidImagesBesidesOtherFindings() throws IOException {
    BlobStore store = new BlobStore(folder);
    Descriptor manifest = store.put(MediaType.MANIFEST, "{}".getBytes(StandardCharsets.UTF_8));
    new OciLayout(folder).name("x", Descriptor.of(MediaType.MANIFEST, manifest.digest(), 3));
    VerificationReport report =
        VERIFIER.verify(new ImageSource.OciDirectory(folder, null), AMD64, null);
    assertThat(report.findings())
        .extracting(Finding::id)
        .containsExactly("blob-size", "unreadable");
    assertThat(report.facts()).isNull();
  }

  @Test
  void holdsOfficialImagesToTheirBudgetAndStandInsNot() throws IOException {
    Contract small =
        new Contract(
            "small",
            Contract.Strictness.PRODUCT,
            null,
            Contract.ANY.contents(),
            Map.of(),
            new Contract.Budget(1000, 1000));
    ImageSource official = ASandbox.base().in(folder.resolve("official"));
    assertThat(VERIFIER.verify(official, AMD64, small).findings())
        .extracting(Finding::id)
        .containsExactly("size", "size");
    ImageSource standIn =
        ASandbox.base()
            .label("ai.opencode.sandbox.upstream", "stand-in")
            .in(folder.resolve("stand-in"));
    assertThat(VERIFIER.verify(standIn, AMD64, small).findings()).isEmpty();
  }

  @Test
  void theDeveloperImageHasItsNpmPackagesAndStartsWithTheBase() throws IOException {
    ASandbox.base().in(folder);
    byte[] archive = new byte[1024];
    image(List.of(gzip(archive)), List.of(Digest.sha256(archive)));
    VerificationReport report =
        VERIFIER.verify(new ImageSource.OciDirectory(folder, "x"), AMD64, Contract.DEVELOPER);
    assertThat(report.findings()).extracting(Finding::id).contains("base-layers", "npm-package");
  }

  @Test
  void anUnknownNameIsHeldAgainstTheSandboxContract() throws IOException {
    byte[] archive = new byte[1024];
    ImageSource source = image(List.of(gzip(archive)), List.of(Digest.sha256(archive)));
    assertThat(VERIFIER.verify(source, AMD64).contract()).isEqualTo("sandbox");
  }

  @Test
  void saysWhichImagesThereAre() throws IOException {
    ASandbox.base().in(folder);
    assertThatThrownBy(() -> VERIFIER.verify(new ImageSource.OciDirectory(folder, "other"), AMD64))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no image other")
        .hasMessageContaining(ASandbox.NAME);
    assertThatThrownBy(
            () ->
                VERIFIER.verify(
                    new ImageSource.OciDirectory(folder, ASandbox.NAME), Platform.LINUX_ARM64))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("linux/amd64");
    assertThatThrownBy(
            () -> VERIFIER.verify(new ImageSource.OciDirectory(folder.resolve("no"), null), AMD64))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no directory " + folder.resolve("no"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void theRealAlpineRootHasNoFinding(String machine) throws IOException {
    Path rootfs = RealRoot.released(machine);
    byte[] archive;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(rootfs))) {
      archive = in.readAllBytes();
    }
    Platform platform = machine.equals("x86_64") ? AMD64 : Platform.LINUX_ARM64;
    ImageSource source =
        image(List.of(Files.readAllBytes(rootfs)), List.of(Digest.sha256(archive)), platform);
    VerificationReport report = VERIFIER.verify(source, platform, Contract.ANY);
    assertThat(report.findings()).isEmpty();
    assertThat(report.facts()).isNotNull();
  }

  private ImageSource image(List<byte[]> layers, List<Digest> diffIds) throws IOException {
    return image(layers, diffIds, AMD64);
  }

  private ImageSource image(List<byte[]> layers, List<Digest> diffIds, Platform platform)
      throws IOException {
    BlobStore store = new BlobStore(folder);
    ImageConfig config = ImageConfig.scratch(platform);
    List<Descriptor> blobs = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      blobs.add(store.put(MediaType.LAYER_GZIP, layers.get(i)));
      config = config.withLayer(diffIds.get(i), "test", "");
    }
    Descriptor stored = store.put(MediaType.CONFIG, config.toJson());
    Descriptor manifest =
        store.put(MediaType.MANIFEST, new Manifest(stored, blobs, Map.of()).toJson());
    new OciLayout(folder).name("x", manifest);
    return new ImageSource.OciDirectory(folder, "x");
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private Path dockerArchive(ASandbox image) throws IOException {
    Path layout = folder.resolve("layout");
    image.in(layout);
    ASandbox.Blobs blobs = ASandbox.blobs(layout);
    byte[] config = Files.readAllBytes(blobs.config());
    byte[] layer = Files.readAllBytes(blobs.layer());
    String configName = Digest.sha256(config).hex() + ".json";
    String manifest =
        "[{\"Config\":\"%s\",\"RepoTags\":[\"acme/%s:1\"],\"Layers\":[\"layer.tar\"]}]"
            .formatted(configName, ASandbox.NAME);
    Path file = folder.resolve("image.tar");
    try (OutputStream out = Files.newOutputStream(file);
        TarWriter tar = new TarWriter(out)) {
      for (Map.Entry<String, byte[]> each :
          List.of(
              Map.entry("layer.tar", layer),
              Map.entry(configName, config),
              Map.entry("manifest.json", manifest.getBytes(StandardCharsets.UTF_8)))) {
        tar.write(
            new TarEntry.File(each.getKey(), Attributes.of(0644), each.getValue().length),
            new ByteArrayInputStream(each.getValue()));
      }
      tar.finish();
    }
    return file;
  }
}
