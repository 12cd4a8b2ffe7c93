package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A builder of packages' tarballs, valid or hostile. */
public final class ANpmTarball {

  private record Content(TarEntry entry, byte[] bytes) {}

  private final String name;
  private final String version;
  private final String folder;
  private final List<Content> contents;

  private ANpmTarball(String name, String version, String folder, List<Content> contents) {
    this.name = name;
    this.version = version;
    this.folder = folder;
    this.contents = contents;
  }

  /** Returns a tarball with only a {@code package.json}. */
  public static ANpmTarball named(String name) {
    return named(name, "1.0.0");
  }

  public static ANpmTarball named(String name, String version) {
    return empty(name, version)
        .withFile(
            "package.json", "{\"name\": \"%s\", \"version\": \"%s\"}\n".formatted(name, version));
  }

  public static ANpmTarball empty(String name, String version) {
    return new ANpmTarball(name, version, "package/", List.of());
  }

  /** Renames the top directory; some publishers use a name of their own. */
  public ANpmTarball inFolder(String newFolder) {
    return new ANpmTarball(name, version, newFolder + "/", contents);
  }

  public ANpmTarball withFile(String path, String text) {
    return withFile(path, 0644, text);
  }

  public ANpmTarball withFile(String path, int mode, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return withEntry(
        new TarEntry.File(folder + path, Attributes.of(mode).withOwner(501, 20), bytes.length),
        bytes);
  }

  /** Adds an entry unchanged, without the package's directory in front. */
  public ANpmTarball withEntry(TarEntry entry, byte... bytes) {
    List<Content> more = new ArrayList<>(contents);
    more.add(new Content(entry, bytes));
    return new ANpmTarball(name, version, folder, List.copyOf(more));
  }

  public String id() {
    return name + "@" + version;
  }

  public String name() {
    return name;
  }

  public String version() {
    return version;
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(out);
        TarWriter writer = new TarWriter(gzip)) {
      for (Content content : contents) {
        if (content.entry() instanceof TarEntry.File file) {
          writer.write(file, content.bytes());
        } else {
          writer.write(content.entry());
        }
      }
      writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public Integrity integrity() {
    return integrity(bytes());
  }

  static Integrity integrity(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-512").digest(bytes);
      return Integrity.of("sha512-" + Base64.getEncoder().encodeToString(hash));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
