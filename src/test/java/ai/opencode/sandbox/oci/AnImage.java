package ai.opencode.sandbox.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A builder of small but complete images: gzipped archives as layers, a configuration, a manifest.
 */
public final class AnImage {

  private final Platform platform;
  private final List<byte[]> archives = new ArrayList<>();
  private Map<String, String> labels = Map.of();
  private String entrypoint = "";

  private AnImage(Platform platform) {
    this.platform = platform;
  }

  public static AnImage on(Platform platform) {
    return new AnImage(platform);
  }

  /** Adds a layer with one file. */
  public AnImage withFile(String path, String content) {
    archives.add(archive(path, "0000644", content.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  /** Adds a layer with one program, which the image starts. */
  public AnImage withProgram(String path, byte[] program) {
    archives.add(archive(path, "0000755", program));
    entrypoint = "/" + path;
    return this;
  }

  /** Sets its labels and its annotations. */
  public AnImage withLabels(Map<String, String> newLabels) {
    labels = Map.copyOf(newLabels);
    return this;
  }

  /** Returns the manifest's descriptor with the platform. */
  public Descriptor in(BlobStore store) throws IOException {
    ImageConfig config = ImageConfig.scratch(platform);
    List<Descriptor> layers = new ArrayList<>();
    for (byte[] archive : archives) {
      layers.add(store.put(MediaType.LAYER_GZIP, gzip(archive)));
      config = config.withLayer(Digest.sha256(archive), "test", "");
    }
    if (!labels.isEmpty()) {
      config = config.withLabels(labels);
    }
    if (!entrypoint.isEmpty()) {
      ObjectNode json = config.json();
      json.withObjectProperty("config").putArray("Entrypoint").add(entrypoint);
      config = new ImageConfig(platform, config.diffIds(), config.history(), json);
    }
    Descriptor stored = store.put(MediaType.CONFIG, config.toJson());
    return store
        .put(MediaType.MANIFEST, new Manifest(stored, layers, labels).toJson())
        .withPlatform(platform);
  }

  /** Returns an index of images with the same files for both platforms. */
  public static Descriptor forBothPlatforms(BlobStore store, UnaryOperator<AnImage> content)
      throws IOException {
    AnImage amd64 = content.apply(AnImage.on(Platform.LINUX_AMD64));
    AnImage arm64 = content.apply(AnImage.on(Platform.LINUX_ARM64));
    List<Descriptor> images = List.of(amd64.in(store), arm64.in(store));
    return store.put(MediaType.INDEX, new ImageIndex(images, amd64.labels).toJson());
  }

  private static byte[] gzip(byte[] content) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (java.util.zip.GZIPOutputStream out = new java.util.zip.GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /** Returns one ustar entry, written by hand because this package must not depend on archives. */
  private static byte[] archive(String path, String mode, byte[] content) {
    int padded = (content.length + 511) / 512 * 512;
    byte[] tar = new byte[512 + padded + 1024];
    put(tar, 0, path);
    put(tar, 100, mode);
    put(tar, 108, "0000000");
    put(tar, 116, "0000000");
    put(tar, 124, String.format(java.util.Locale.ROOT, "%011o", content.length));
    put(tar, 136, "00000000000");
    put(tar, 148, "        ");
    put(tar, 156, "0");
    put(tar, 257, "ustar");
    put(tar, 263, "00");
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += tar[i] & 0xff;
    }
    put(tar, 148, String.format(java.util.Locale.ROOT, "%06o\0 ", sum));
    System.arraycopy(content, 0, tar, 512, content.length);
    return tar;
  }

  private static void put(byte[] tar, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, tar, offset, bytes.length);
  }
}
