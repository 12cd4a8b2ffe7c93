package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.ReadOneWay;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The image in a docker-archive: a tar file with {@code manifest.json}, a configuration, and layers
 * that are archives inside the archive. They are read in place without unpacking; a compressed
 * archive is first inflated into a file.
 */
final class ArchivedImage {

  private static final int MAX_DEPTH = 2;
  private static final int MAX_MANIFEST = 1 << 20;

  /** The place of a file's content in the archive. */
  private record Slice(long offset, long size) {}

  private final Path file;
  private final Map<String, Slice> files = new HashMap<>();

  private ArchivedImage(Path file) {
    this.file = file;
  }

  static Platform platform(Path file, Path work) throws IOException {
    ArchivedImage archive = scan(file, work);
    JsonNode manifest = archive.manifest();
    String name = manifest.path("Config").asText();
    return ImageConfig.parse(archive.read(name, Json.MAX_BYTES), name).platform();
  }

  static OpenedImage open(Path file, Platform platform, Path work, Flaws flaws) throws IOException {
    ArchivedImage archive = scan(file, work);
    JsonNode manifest = archive.manifest();
    String configName = manifest.path("Config").asText();
    byte[] bytes = archive.read(configName, Json.MAX_BYTES);
    Digest digest = Digest.sha256(bytes);
    String promised = hexName(configName);
    if (promised != null && !promised.equals(digest.hex())) {
      flaws.add(
          "document-digest", "configuration " + configName, "its content has the digest " + digest);
    }
    ImageConfig config = ImageConfig.parse(bytes, configName);
    if (!config.platform().equals(platform)) {
      throw new UsageException(
          file
              + " is an image for "
              + config.platform()
              + ", not for "
              + platform
              + ". Use --platform "
              + config.platform()
              + ".");
    }
    if (archive.files.containsKey("index.json")) {
      archive.requireSame(digest, archive.read("index.json", Json.MAX_BYTES), "index.json", 0);
    }
    List<Layer> layers = archive.layers(manifest, config);
    LayerHistory.check(config, layers.size(), flaws);
    return new OpenedImage(
        imageName(manifest),
        digest,
        new OpenedImage.Configuration(config, bytes.length),
        layers,
        new OpenedImage.Annotations(null, null),
        AttachedStatements.NONE,
        Map.of());
  }

  private List<Layer> layers(JsonNode manifest, ImageConfig config) {
    List<Layer> layers = new ArrayList<>();
    List<String> history = LayerHistory.of(config);
    for (JsonNode name : manifest.path("Layers")) {
      int i = layers.size();
      Slice slice = files.get(name.asText());
      layers.add(
          new Layer(
              i + 1,
              null,
              i < config.diffIds().size() ? config.diffIds().get(i) : null,
              i < history.size() ? history.get(i) : "",
              () -> open(name.asText(), slice)));
    }
    return layers;
  }

  private static ArchivedImage scan(Path file, Path work) throws IOException {
    if (!isCompressed(file)) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        return scan(in, file, file);
      }
    }
    Path plain = work.resolve("archive.tar");
    if (Files.exists(plain)) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(plain), 1 << 16)) {
        return scan(in, plain, file);
      }
    }
    Path part = work.resolve("archive.tar.part");
    ArchivedImage archive;
    // The archive is parsed while it is inflated, so that the reading of anything else ends at its
    // first header.
    try (InputStream compressed = Files.newInputStream(file);
        InputStream in = InflationLimit.bounding(compressed, file);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), 1 << 16)) {
      archive = scan(new CopyingStream(in, out), plain, file);
    }
    Files.move(part, plain);
    return archive;
  }

  /**
   * Reads the archive's headers.
   *
   * @param plain the file with the uncompressed archive, possibly still being written
   */
  private static ArchivedImage scan(InputStream in, Path plain, Path source) throws IOException {
    ArchivedImage archive = new ArchivedImage(plain);
    Map<String, String> links = new HashMap<>();
    try (TarReader tar = new TarReader(in, source.toString(), TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry instanceof TarEntry.File each) {
          if (archive.files.put(each.path(), new Slice(tar.offset(), each.size())) != null) {
            throw tar.refusal(
                each.path()
                    + " is in the archive twice, and engines differ in which one they read");
          }
        } else if (entry instanceof TarEntry.SymbolicLink link) {
          links.put(link.path(), link.target());
        } else if (entry instanceof TarEntry.HardLink) {
          throw tar.refusal(entry.path() + " is a hard link, which only some engines follow");
        }
      }
    }
    // Older engines store a repeated layer as a link, ../<id>/layer.tar.
    links.forEach(
        (path, target) -> {
          String name = Path.of("/", path).resolveSibling(target).normalize().toString();
          Slice slice = archive.files.get(name.substring(1));
          if (slice != null && archive.files.putIfAbsent(path, slice) != null) {
            throw new VerificationException(
                source + ": " + path + " is in the archive twice, as a file and as a link");
          }
        });
    return archive;
  }

  private static boolean isCompressed(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(2);
      return magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
    } catch (NoSuchFileException e) {
      throw new UsageException("There is no file " + file + ". Check the name.", e);
    }
  }

  /** A stream that writes all its bytes to a file, including skipped ones. */
  private static final class CopyingStream extends BulkInputStream {

    private final InputStream in;
    private final OutputStream out;

    CopyingStream(InputStream in, OutputStream out) {
      this.in = in;
      this.out = out;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int count = in.read(bytes, start, length);
      out.write(bytes, start, Math.max(count, 0));
      return count;
    }
  }

  private JsonNode manifest() throws IOException {
    Slice slice = files.get("manifest.json");
    if (slice == null) {
      throw new UsageException(
          file
              + " is not a docker-archive: it has no manifest.json. Name an archive of \"docker"
              + " save\", or use oci-archive:.");
    }
    // The file contains an array, but the parser of documents expects an object.
    String text =
        "{\"images\":"
            + new String(read("manifest.json", MAX_MANIFEST), StandardCharsets.UTF_8)
            + "}";
    JsonNode images =
        Json.parse(text.getBytes(StandardCharsets.UTF_8), "manifest.json").path("images");
    ReadOneWay.requireArchive(images, "manifest.json");
    if (images.size() != 1) {
      throw new UsageException(
          file + " holds " + images.size() + " images. Save each image to a file of its own.");
    }
    return images.get(0);
  }

  /**
   * Requires that an OCI layout in the same archive, which newer engines write and prefer, refers
   * to the same configuration. The configuration names the layers' content.
   */
  private void requireSame(Digest config, byte[] json, String name, int depth) throws IOException {
    for (Descriptor each : ImageIndex.parse(json, name).manifests()) {
      String blob = "blobs/" + each.digest().toString().replace(':', '/');
      if (!files.containsKey(blob) || each.isForNoPlatform()) {
        continue; // An archive may contain one image of an index for several platforms.
      }
      byte[] document = read(blob, Json.MAX_BYTES);
      if (!Digest.sha256(document).equals(each.digest())) {
        throw new VerificationException(
            file + ": " + blob + " is corrupt: its content does not match its digest");
      }
      if (MediaType.isIndex(each.mediaType()) && depth < MAX_DEPTH) {
        requireSame(config, document, blob, depth + 1);
      } else if (!Manifest.parse(document, blob).config().digest().equals(config)) {
        throw new VerificationException(
            file
                + ": its index.json and its manifest.json name different images. Save the image"
                + " again.");
      }
    }
  }

  private byte[] read(String name, int max) throws IOException {
    Slice slice = files.get(name);
    if (slice == null || slice.size > max) {
      throw new VerificationException(
          file
              + ": "
              + (slice == null ? "there is no " : "there are more than " + max + " bytes in ")
              + name);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = open(name, slice)) {
      in.transferTo(bytes);
    }
    return bytes.toByteArray();
  }

  private InputStream open(String name, @Nullable Slice slice) throws IOException {
    if (slice == null) {
      throw new NoSuchFileException(file + ":" + name);
    }
    return new FileSlice(file, slice.offset, slice.size);
  }

  private static @Nullable String hexName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).replaceFirst("\\..*", "");
    return name.matches("[0-9a-f]{64}") ? name : null;
  }

  private static String imageName(JsonNode manifest) {
    String tag = manifest.path("RepoTags").path(0).asText();
    return tag.replaceFirst(":[^:/]*$", "").replaceFirst(".*/", "");
  }
}
