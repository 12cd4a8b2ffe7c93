package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.standin.StandIn;
import ai.opencode.sandbox.upstream.standin.StandInRepository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The image that this build made, compared with the root that the real apk makes from the same
 * base, repository and requests.
 */
@RequiresImages
@RequiresRealApk
class RealApkIT {

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("real-apk");
  }

  /** Deletes the roots here, as JUnit warns about each link that points out of the directory. */
  @AfterEach
  void removeDirectory() throws Exception {
    if (directory != null) {
      output(List.of("rm", "-rf", "--one-file-system", directory.toString()));
    }
  }

  @Test
  void realApkWouldHaveMadeTheSameRootAndTheSameDatabase() throws Exception {
    Path alpine = RealRoot.released("x86_64");
    StandInRepository standIn =
        StandIn.prepare(
            BuildSettings.defaultCache(),
            Platform.LINUX_AMD64,
            () -> URI.create("http://127.0.0.1/the-build-has-fetched-everything"),
            Network.standard(),
            Progress.silent());
    output(List.of("tar", "-xzf", alpine.toString(), "-C", directory.toString()));
    Path target = Files.createDirectories(directory.resolve("target"));
    OciLayout base = new OciLayout(standIn.baseLayout());
    for (Descriptor layer : manifest(base, standIn.baseImage()).layers()) {
      output(
          List.of(
              "tar",
              "--warning=no-unknown-keyword",
              "-xzpf",
              base.blobs().path(layer.digest()).toString(),
              "-C",
              target.toString()));
    }
    output(
        List.of("cp", "-r", standIn.directory().toString(), directory.resolve("repo").toString()));

    List<String> command =
        new ArrayList<>(
            List.of(
                "chroot",
                directory.toString(),
                "apk",
                "--root",
                "/target",
                "--keys-dir",
                "/target/etc/apk/keys",
                "--no-network",
                "-X",
                "/repo",
                "add"));
    SandboxImages.base().packages().forEach(each -> command.add(each.toString()));
    assertThat(output(command)).doesNotContain("WARNING", "ERROR");

    Map<String, String> expected =
        listing(output(List.of("tar", "-C", target.toString(), "-c", ".")));
    Map<String, String> actual = builtListing();
    // A device that the chroot needs, apk's lock, and files that image definitions add.
    expected.keySet().removeIf(path -> path.startsWith("dev/") || path.equals("lib/apk/db/lock"));
    expected.keySet().removeIf(path -> path.equals("lib/apk/exec"));
    TreeSet<String> additions = new TreeSet<>(actual.keySet());
    additions.removeAll(expected.keySet());
    assertThat(additions)
        .allMatch(
            path ->
                path.equals("workspace")
                    || path.equals("etc/gitconfig")
                    || path.startsWith("usr/local/lib/opencode-sandbox")
                    || path.startsWith("home/opencode"));
    additions.forEach(actual::remove);
    assertThat(actual).containsExactlyEntriesOf(expected);

    Map<String, byte[]> files = builtFiles();
    for (String path :
        List.of(
            "lib/apk/db/installed",
            "lib/apk/db/scripts.tar",
            "lib/apk/db/triggers",
            "etc/apk/world",
            "etc/shells")) {
      assertThat(new String(files.getOrDefault(path, new byte[0]), StandardCharsets.ISO_8859_1))
          .as(path)
          .isEqualTo(
              new String(Files.readAllBytes(target.resolve(path)), StandardCharsets.ISO_8859_1));
    }
  }

  private static Manifest manifest(OciLayout layout, Descriptor descriptor) throws IOException {
    return Manifest.parse(layout.blobs().read(descriptor.digest()), "a manifest");
  }

  private static List<Path> builtLayers() throws IOException {
    OciLayout layout = ContractImages.layout();
    Descriptor index = layout.find(SandboxImages.base().name()).orElseThrow();
    Descriptor image =
        ImageIndex.parse(layout.blobs().read(index.digest()), "the index")
            .forPlatform(Platform.LINUX_AMD64, "it")
            .orElseThrow();
    return manifest(layout, image).layers().stream()
        .map(layer -> layout.blobs().path(layer.digest()))
        .toList();
  }

  private interface Visitor {
    void visit(TarEntry entry, InputStream content) throws IOException;
  }

  private static void visit(Visitor visitor) throws IOException {
    for (Path layer : builtLayers()) {
      try (InputStream in = Files.newInputStream(layer);
          TarReader tar =
              new TarReader(
                  Gzip.inflating(in, layer.toString()),
                  layer.toString(),
                  TarLimits.foreignArchive())) {
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
          visitor.visit(entry, tar.content());
        }
      }
    }
  }

  private static Map<String, byte[]> builtFiles() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    visit(
        (entry, content) -> {
          if (entry.path().startsWith("etc/") || entry.path().startsWith("lib/apk/db/")) {
            files.put(entry.path(), content.readAllBytes());
          }
        });
    return files;
  }

  private static Map<String, String> builtListing() throws IOException {
    Map<String, String> listing = new TreeMap<>();
    visit((entry, content) -> listing.put(entry.path(), describe(entry, listing)));
    return listing;
  }

  /** Describes a path by type, mode, owner and link target; a hard link by its target. */
  private static String describe(TarEntry entry, Map<String, String> before) {
    if (entry instanceof TarEntry.HardLink link) {
      return before.getOrDefault(link.target(), "linked to nothing");
    }
    Attributes attributes = entry.attributes();
    String target = entry instanceof TarEntry.SymbolicLink link ? " -> " + link.target() : "";
    return entry.getClass().getSimpleName()
        + " "
        + Integer.toOctalString(attributes.mode())
        + " "
        + attributes.uid()
        + ":"
        + attributes.gid()
        + target;
  }

  private static Map<String, String> listing(String archive) throws IOException {
    Map<String, String> listing = new TreeMap<>();
    byte[] bytes = archive.getBytes(StandardCharsets.ISO_8859_1);
    try (TarReader tar =
        new TarReader(new ByteArrayInputStream(bytes), "apk's root", TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (!entry.path().isEmpty()) {
          listing.put(entry.path(), describe(entry, listing));
        }
      }
    }
    return listing;
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("output", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      process.getOutputStream().close();
      byte[] out = process.getInputStream().readAllBytes();
      assertThat(process.waitFor()).as("%s%n%s", command, Files.readString(errors)).isZero();
      return new String(out, StandardCharsets.ISO_8859_1);
    } finally {
      Files.deleteIfExists(errors);
    }
  }
}
