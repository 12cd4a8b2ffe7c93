package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of the cache that another program changed: none of them is delivered. */
@Execution(ExecutionMode.CONCURRENT)
class PoisonedCacheTest {

  private static final AnApk VERBATIM =
      AnApk.named("icu").withFile("usr/share/icu", 0644, noise(3_000_000));
  private static final AnApk COMPRESSED =
      AnApk.named("zoneinfo").withFile("lib64/zoneinfo", 0644, noise(3_500_000));

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private EmbeddedRegistry registry;
  private final StringWriter output = new StringWriter();

  @BeforeEach
  void start() throws Exception {
    upstream =
        ASmallUpstream.withTheBasesPackages(directory.resolve("upstream"), VERBATIM, COMPRESSED);
    registry = EmbeddedRegistry.start(new BlobStore(directory.resolve("remote")));
  }

  @AfterEach
  void stop() throws Exception {
    registry.close();
    upstream.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker-archive:D/image.tar",
        "oci-archive:D/image.tar",
        "oci:D/images",
        "REGISTRY"
      })
  void isRepairedOrElseRefusedForEveryTarget(String kind) throws Exception {
    assertThat(build("oci:" + directory.resolve("first"))).isZero();
    List<Path> layers = blobs();
    assertThat(layers).hasSizeGreaterThan(2);
    for (int i = 0; i < layers.size(); i++) {
      Path there = directory.resolve("there" + i);
      String target =
          kind.equals("REGISTRY")
              ? registry.address() + "/team" + i + "/"
              : kind.replace("D", there.toString());
      Path file = layers.get(i);
      byte[] right = Files.readAllBytes(file);
      poison(file);

      // A registry may have the blob already, each build writes the index, and Docker's archives
      // have no attestations.
      boolean needed =
          !kind.equals("REGISTRY")
              && right.length > 10_000
              && !(kind.startsWith("docker-archive:") && right[0] == '{');
      int offline = build(target, "--offline");
      if (needed || offline != 0) {
        assertThat(offline).as("%s\n%s", file, output).isEqualTo(6);
        assertThat(there.resolve("image.tar")).doesNotExist();
      } else {
        assertRight(kind, there);
      }
      poison(file, right);
      assertThat(build(target)).as(output.toString()).isZero();
      assertRight(kind, there);
      if (needed) {
        assertThat(file).hasBinaryContent(right);
      } else {
        Files.write(file, right);
      }
    }
  }

  @Test
  void anExistingLayoutIsRepaired() throws Exception {
    String target = "oci:" + directory.resolve("images");
    assertThat(build(target)).isZero();
    for (Digest digest : digests(directory.resolve("images"))) {
      Path here = directory.resolve("images/blobs/sha256/" + digest.hex());
      byte[] right = Files.readAllBytes(here);
      FileTime modified = Files.getLastModifiedTime(here);
      poison(here);
      Files.setLastModifiedTime(here, modified);

      assertThat(build(target)).as(output.toString()).isZero();
      assertThat(here).hasBinaryContent(right);
    }
  }

  @Test
  void writingInALayoutDoesNotReachTheCache() throws Exception {
    assertThat(build("oci:" + directory.resolve("images"))).isZero();

    for (Digest digest : digests(directory.resolve("images"))) {
      Path here = directory.resolve("images/blobs/sha256/" + digest.hex());
      Path cached = upstream.cache().resolve("blobs/sha256/" + digest.hex());
      assertThat(Files.getAttribute(here, "unix:nlink")).isEqualTo(1);
      assertThat(Files.getAttribute(cached, "unix:nlink")).isEqualTo(1);
      byte[] right = Files.readAllBytes(cached);
      poison(here);
      assertThat(cached).hasBinaryContent(right);
    }
  }

  @Test
  void noOtherUserMayReadOrWriteTheCache() throws Exception {
    assertThat(build("oci:" + directory.resolve("images"))).isZero();

    try (Stream<Path> all = Files.walk(upstream.cache())) {
      for (Path each : (Iterable<Path>) all::iterator) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(each, LinkOption.NOFOLLOW_LINKS)))
            .as(each.toString())
            .endsWith("------");
      }
    }
  }

  @Test
  void aCacheThatEverybodyMayWriteIsRefusedAndAnOpenOneIsClosed() throws Exception {
    assertThat(build("oci:" + directory.resolve("images"))).isZero();
    Files.setPosixFilePermissions(upstream.cache(), PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThat(build("oci:" + directory.resolve("images"))).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(upstream.cache())))
        .isEqualTo("rwx------");

    Files.setPosixFilePermissions(upstream.cache(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(build("oci:" + directory.resolve("images"))).isEqualTo(2);
    assertThat(output.toString()).contains("Every user can write the cache");
  }

  private int build(String target, String... more) {
    output.getBuffer().setLength(0);
    PrintWriter out = new PrintWriter(output, true);
    List<String> arguments = new ArrayList<>(upstream.arguments("build", "base", "--to", target));
    arguments.addAll(List.of(more));
    return new OpenCodeSandbox(out, out)
        .execute(Settings.ofProcess(), arguments.toArray(String[]::new));
  }

  private void assertRight(String kind, Path there) throws Exception {
    if (kind.startsWith("oci:")) {
      BlobStore blobs = new OciLayout(there.resolve("images")).blobs();
      for (Digest digest : digests(there.resolve("images"))) {
        blobs.verify(digest);
      }
    } else if (kind.equals("REGISTRY")) {
      for (Digest digest : digests(directory.resolve("remote"))) {
        new BlobStore(directory.resolve("remote")).verify(digest);
      }
    } else {
      assertThat(there.resolve("image.tar")).isRegularFile();
      try (InputStream file =
              new ByteArrayInputStream(Files.readAllBytes(there.resolve("image.tar")));
          TarArchiveInputStream tar = new TarArchiveInputStream(file)) {
        for (TarArchiveEntry each = tar.getNextEntry(); each != null; each = tar.getNextEntry()) {
          String name = each.getName().replaceAll("blobs/sha256/|/layer.tar|\\.json", "");
          if (Digest.isDigest("sha256:" + name)) {
            assertThat(Digest.sha256(tar.readAllBytes()).hex()).isEqualTo(name);
          }
        }
      }
    }
  }

  private static void poison(Path file) throws Exception {
    poison(file, Files.readAllBytes(file));
  }

  /** Up to four bytes in the middle. */
  private static void poison(Path file, byte[] right) throws Exception {
    byte[] wrong = right.clone();
    for (int i = 0; i < Math.min(4, wrong.length / 2); i++) {
      wrong[wrong.length / 2 + i] ^= 0x55;
    }
    Files.write(file, wrong);
  }

  /** Returns the files of the image's blobs in the cache. */
  private List<Path> blobs() throws Exception {
    List<Path> files = new ArrayList<>();
    for (Digest digest : digests(directory.resolve("first"))) {
      Path file = upstream.cache().resolve("blobs/sha256/" + digest.hex());
      files.add(file);
    }
    return files;
  }

  private static List<Digest> digests(Path layout) throws Exception {
    try (Stream<Path> files = Files.list(layout.resolve("blobs/sha256"))) {
      return files.map(file -> new Digest(file.getFileName().toString())).sorted().toList();
    }
  }

  private static String noise(int length) {
    StringBuilder noise = new StringBuilder(length);
    Random random = new Random(length);
    for (int i = 0; i < length; i++) {
      noise.append((char) (' ' + random.nextInt(95)));
    }
    return noise.toString();
  }
}
