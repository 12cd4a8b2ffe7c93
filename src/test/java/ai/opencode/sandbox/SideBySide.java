package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two roots, both made from the real Alpine root, the same packages and the same request. The apk
 * inside makes one of them and runs every script; the other is made from the layers of our image.
 */
public final class SideBySide implements AutoCloseable {

  /** Paths of our user, and paths that a mount hides in a container. */
  private static final String NOT_COMPARED =
      "(etc/(passwd|group|shadow|shells)-?|home(/.*)?|dev(/.*)?|proc(/.*)?|repo(/.*)?"
          + "|lib/apk/(exec|db/lock)|var/log/apk.log|etc/apk/keys/test.rsa.pub)";

  private static final String UNCHANGED = "true";

  private final Path directory;
  private final Path real;
  private final Path ours;
  private final ASmallUpstream upstream;
  private List<String> warnings = List.of();

  private SideBySide(Path directory, ASmallUpstream upstream) {
    this.directory = directory;
    this.real = directory.resolve("real");
    this.ours = directory.resolve("ours");
    this.upstream = upstream;
  }

  /** Unpacks the roots; skips the test if the archive or the right to change roots is missing. */
  public static SideBySide of(AnApk... packages) throws Exception {
    return changed(UNCHANGED, packages);
  }

  /**
   * Unpacks the roots and changes both.
   *
   * @param change a shell command that changes the root into another base
   */
  public static SideBySide changed(String change, AnApk... packages) throws Exception {
    return over(RealRoot.archive(), change, packages);
  }

  /** The same for an archive with another release of Alpine. */
  public static SideBySide over(Path archive, String change, AnApk... packages) throws Exception {
    Path directory = Files.createTempDirectory("side-by-side");
    Path real = Files.createDirectories(directory.resolve("real"));
    Files.createDirectories(directory.resolve("ours"));
    RealRoot.unpack(archive, real);
    Path base = archive;
    if (!change.equals(UNCHANGED)) {
      output("sh", "-c", "cd " + real + " && " + change);
      base = directory.resolve("base.tar.gz");
      output("tar", "-C", real.toString(), "-I", "gzip -1", "-cf", base.toString(), ".");
    }
    ASmallUpstream upstream = ASmallUpstream.over(base, directory.resolve("upstream"), packages);
    Files.write(real.resolve("etc/apk/keys/test.rsa.pub"), ASmallUpstream.KEY.pem());
    output("cp", "-r", upstream.repository().toString(), real.resolve("repo").toString());
    return new SideBySide(directory, upstream);
  }

  /** Reads a file of the base, to make packages from. */
  public static byte[] ofTheBase(String path) throws Exception {
    String archive = RealRoot.archive().toString();
    Process process = new ProcessBuilder("tar", "-xzOf", archive, "./" + path).start();
    return process.getInputStream().readAllBytes();
  }

  /** Installs packages in both roots. */
  public SideBySide install(String... request) throws Exception {
    assertThat(apk(request)).doesNotContain("ERROR");
    AWarningList progress = new AWarningList();
    BuiltImage image =
        new SandboxBuilder(upstream.settings(), progress)
            .build(List.of(ASmallUpstream.image(request)))
            .get(0);
    warnings = progress.sentences();
    BlobStore blobs = new BlobStore(upstream.cache());
    for (Descriptor layer : image.platforms().get(0).blobs()) {
      extract(blobs.path(layer.digest()));
    }
    return this;
  }

  /** Returns how often a line is in apk's list of installed packages: in the real root, in ours. */
  public List<Long> installedLines(String line) throws IOException {
    List<Long> counts = new ArrayList<>();
    for (Path root : List.of(real, ours)) {
      try (var lines = Files.lines(root.resolve("lib/apk/db/installed"))) {
        counts.add(lines.filter(line::equals).count());
      }
    }
    return counts;
  }

  /** Reads a file of our root. */
  public String text(String path) throws IOException {
    return Files.readString(ours.resolve(path));
  }

  /** Returns the warnings of our build. */
  public List<String> warnings() {
    return warnings;
  }

  /** Returns the real apk's output for a request. */
  public String apk(String... request) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("chroot", real.toString(), "apk", "add", "--no-network", "-X", "/repo"));
    command.addAll(Arrays.asList(request));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  public ASmallUpstream upstream() {
    return upstream;
  }

  /** Extracts a layer, deletions first, because whiteouts are for lower layers only. */
  private void extract(Path layer) throws Exception {
    String script =
        "tar -tzf $0 | grep -E '(^|/)\\.wh\\.' | while read -r w; do"
            + " rm -rf \"$1/$(dirname \"$w\")/$(basename \"$w\" | cut -c5-)\"; done;"
            + " tar --warning=no-unknown-keyword --xattrs --xattrs-include='*'"
            + " --exclude='.wh.*' -xzpf $0 -C $1";
    output("sh", "-c", script, layer.toString(), ours.toString());
  }

  /** Returns every path at which the roots differ, as {@code path: real | ours}. */
  public List<String> differences() throws Exception {
    Map<String, String> expected = listing(real);
    Map<String, String> actual = listing(ours);
    List<String> differences = new ArrayList<>();
    TreeMap<String, String> all = new TreeMap<>(expected);
    all.putAll(actual);
    for (String path : all.keySet()) {
      String one = expected.getOrDefault(path, "nothing");
      String other = actual.getOrDefault(path, "nothing");
      // apk 3 keeps this directory, in which it writes a log.
      boolean isKeptForLog =
          path.equals("var/log") && Files.exists(real.resolve("var/log/apk.log"));
      if (!one.equals(other) && !path.matches(NOT_COMPARED) && !isKeptForLog) {
        differences.add(path + ": " + one + " | " + other + lines(path));
      }
    }
    return differences;
  }

  /** Returns the first different line of apk's own text files. */
  private String lines(String path) throws Exception {
    if (!path.matches("lib/apk/db/(installed|triggers|scripts.tar(.gz)?)|etc/apk/world")) {
      return "";
    }
    List<String> one = lines(real.resolve(path));
    List<String> other = lines(ours.resolve(path));
    int at = 0;
    while (at < Math.min(one.size(), other.size()) && one.get(at).equals(other.get(at))) {
      at++;
    }
    return " (line "
        + (at + 1)
        + ": "
        + one.subList(at, Math.min(at + 4, one.size()))
        + " | "
        + other.subList(at, Math.min(at + 4, other.size()))
        + ")";
  }

  private static List<String> lines(Path file) throws Exception {
    return file.toString().contains("scripts.tar")
        ? output("tar", "-tvf", file.toString()).lines().toList()
        : Files.readAllLines(file);
  }

  /** Describes a path by type, mode, owner, content and attributes; a hard link by its name. */
  private static Map<String, String> listing(Path root) throws Exception {
    Map<String, String> listing = new TreeMap<>();
    Process tar =
        new ProcessBuilder(
                "tar",
                "-C",
                root.toString(),
                "--xattrs",
                "--xattrs-include=*",
                "--format=pax",
                "--sort=name",
                "-c",
                ".")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (TarReader reader =
        new TarReader(tar.getInputStream(), "a root", TarLimits.foreignArchive())) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        listing.put(entry.path(), describe(entry, reader));
      }
    }
    return listing;
  }

  private static String describe(TarEntry entry, TarReader reader) throws IOException {
    Attributes attributes = entry.attributes();
    StringBuilder text = new StringBuilder(entry.getClass().getSimpleName());
    text.append(' ').append(Integer.toOctalString(attributes.mode())).append(' ');
    text.append(attributes.uid()).append(':').append(attributes.gid());
    if (entry instanceof TarEntry.SymbolicLink link) {
      text.append(" -> ").append(link.target());
    } else if (entry instanceof TarEntry.HardLink link) {
      text.append(" = ").append(link.target());
    } else if (entry instanceof TarEntry.File) {
      text.append(' ').append(Digest.sha256(reader.content().readAllBytes()).hex(), 0, 12);
    }
    attributes
        .pax()
        .forEach(
            (key, value) -> {
              if (key.startsWith(Attributes.XATTR_PREFIX)) {
                text.append(' ').append(key).append('=');
                text.append(Digest.sha256(value.getBytes(StandardCharsets.UTF_8)).hex(), 0, 12);
              }
            });
    return text.toString();
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    byte[] out = process.getInputStream().readAllBytes();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", Arrays.asList(command), errors).isZero();
    return new String(out, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    upstream.close();
    try {
      output("rm", "-rf", "--one-file-system", directory.toString());
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
