package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A copy of a built image that tests damage: with another layer on top for the changed files, and
 * with arbitrary documents. Small files are read from the image; programs are replaced by others.
 */
final class ACopy implements Breakable {

  private static final int SMALL = 4 << 20;

  private final String name;
  private final BlobStore original;
  private final Descriptor index;
  private final Manifest manifest;
  private final TreeMap<String, TarEntry> entries = new TreeMap<>();
  private final TreeMap<String, byte[]> contents = new TreeMap<>();
  private final TreeMap<String, TarEntry> changed = new TreeMap<>();
  private final TreeMap<String, byte[]> written = new TreeMap<>();

  private ImageConfig config;
  private Map<String, String> annotations;
  private UnaryOperator<Descriptor> lowest = UnaryOperator.identity();

  private ACopy(OciLayout layout, String name) throws IOException {
    this.name = name;
    this.original = layout.blobs();
    this.index = layout.find(name).orElseThrow();
    ImageIndex images = ImageIndex.parse(original.read(index.digest()), name);
    this.manifest =
        Manifest.parse(
            original.read(images.forPlatform(Platform.host(), name).orElseThrow().digest()), name);
    this.config = ImageConfig.parse(original.read(manifest.config().digest()), name);
    this.annotations = manifest.annotations();
    for (Descriptor layer : manifest.layers()) {
      read(layer);
    }
  }

  static ACopy of(Path layout, String name) throws IOException {
    return new ACopy(new OciLayout(layout), name);
  }

  private void read(Descriptor layer) throws IOException {
    try (InputStream in = Files.newInputStream(original.path(layer.digest()));
        TarReader tar =
            new TarReader(Gzip.inflating(in, "layer"), "layer", TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        entries.put(entry.path(), entry);
        if (entry instanceof TarEntry.File file && file.size() <= SMALL) {
          contents.put(entry.path(), tar.content().readAllBytes());
        }
      }
    }
  }

  /** Returns the first path of the image that matches. */
  String path(String expression) {
    return entries.keySet().stream()
        .filter(path -> path.matches(expression))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no path like " + expression));
  }

  String text(String path) {
    byte[] content = written.getOrDefault(path, contents.get(path));
    if (content == null) {
      throw new AssertionError("no " + path);
    }
    return new String(content, StandardCharsets.UTF_8);
  }

  @Override
  public ACopy file(String path, int mode, String text) {
    return file(path, Attributes.of(mode), text.getBytes(StandardCharsets.UTF_8));
  }

  ACopy file(String path, Attributes attributes, byte[] content) {
    changed.put(path, new TarEntry.File(path, attributes, content.length));
    written.put(path, content);
    return this;
  }

  private TarEntry entry(String path) {
    TarEntry entry = changed.get(path);
    return entry == null ? Objects.requireNonNull(entries.get(path), path) : entry;
  }

  /** Changes the attributes of a file of the image. */
  ACopy attributes(String path, UnaryOperator<Attributes> change) {
    TarEntry entry = entry(path);
    changed.put(path, entry.withAttributes(change.apply(entry.attributes())));
    if (entry instanceof TarEntry.File) {
      byte[] content = written.getOrDefault(path, contents.get(path));
      if (content == null) {
        throw new AssertionError(path + " is too large to be changed");
      }
      written.put(path, content);
    }
    return this;
  }

  @Override
  public ACopy mode(String path, int mode) {
    return attributes(path, attributes -> attributes.withMode(mode));
  }

  @Override
  public ACopy edit(String path, String text, String replacement) {
    String before = text(path);
    if (!before.contains(text)) {
      throw new AssertionError(path + " has no " + text);
    }
    return file(
        path,
        entry(path).attributes(),
        before.replace(text, replacement).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public ACopy entry(TarEntry entry) {
    changed.put(entry.path(), entry);
    return this;
  }

  /** Takes away what a lower layer has, and all links to it that are named beside it. */
  @Override
  public ACopy remove(String path) {
    int slash = path.lastIndexOf('/') + 1;
    String whiteout = path.substring(0, slash) + ".wh." + path.substring(slash);
    return file(whiteout, 0644, "");
  }

  @Override
  public ACopy settings(Consumer<ObjectNode> change) {
    ObjectNode json = config.json();
    change.accept(json.withObjectProperty("config"));
    config = new ImageConfig(config.platform(), config.diffIds(), config.history(), json);
    return this;
  }

  @Override
  public ACopy environment(String variable, String value) {
    List<String> lines = new ArrayList<>(config.environment());
    lines.removeIf(line -> line.startsWith(variable + "="));
    lines.add(variable + "=" + value);
    config = config.withEnvironment(lines);
    return this;
  }

  ACopy platform(Platform platform) {
    config = new ImageConfig(platform, config.diffIds(), config.history(), config.json());
    return this;
  }

  ACopy diffId(int layer, Digest digest) {
    List<Digest> diffIds = new ArrayList<>(config.diffIds());
    diffIds.set(layer, digest);
    config = new ImageConfig(config.platform(), diffIds, config.history(), config.json());
    return this;
  }

  ACopy annotations(Map<String, String> other) {
    annotations = other;
    return this;
  }

  /** Returns the manifest's descriptor of the lowest layer. */
  ACopy lowest(UnaryOperator<Descriptor> change) {
    UnaryOperator<Descriptor> before = lowest;
    lowest = each -> change.apply(before.apply(each));
    return this;
  }

  /** Writes it; unchanged layers are links to the original's blobs. */
  ImageSource in(Path directory) throws IOException {
    BlobStore store = new BlobStore(directory);
    List<Descriptor> layers = new ArrayList<>();
    for (Descriptor layer : manifest.layers()) {
      Path blob = store.path(layer.digest());
      Files.createDirectories(blob.getParent());
      Files.copy(original.path(layer.digest()), blob, StandardCopyOption.REPLACE_EXISTING);
      layers.add(layers.isEmpty() ? lowest.apply(layer) : layer);
    }
    ImageConfig last = config;
    if (!changed.isEmpty()) {
      byte[] archive = archive();
      layers.add(store.put(MediaType.LAYER_GZIP, gzip(archive)));
      last = config.withLayer(Digest.sha256(archive), "broken", "");
    }
    Descriptor made = store.put(MediaType.CONFIG, last.toJson());
    Descriptor image =
        store.put(MediaType.MANIFEST, new Manifest(made, layers, annotations).toJson());
    ImageIndex images = ImageIndex.parse(original.read(index.digest()), name);
    ImageIndex one =
        new ImageIndex(List.of(image.withPlatform(Platform.host())), images.annotations());
    new OciLayout(directory).name(name, store.put(MediaType.INDEX, one.toJson()));
    return new ImageSource.OciDirectory(directory, name);
  }

  /** Returns the path of the lowest layer in a written copy. */
  Path lowestBlob(Path directory) {
    return new BlobStore(directory).path(manifest.layers().get(0).digest());
  }

  private byte[] archive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(bytes);
    for (TarEntry entry : changed.values()) {
      if (entry instanceof TarEntry.File file) {
        tar.write(file, Objects.requireNonNull(written.get(file.path())));
      } else {
        tar.write(entry);
      }
    }
    tar.finish();
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = Gzip.single(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }
}
