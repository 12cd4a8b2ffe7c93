package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A reader of single files from a layer whose digest is trusted: a layer that is the signed data
 * segment of a package, or a layer of the base image.
 */
final class SignedFiles {

  private static final int MAX_CONTENT = 64 << 20;

  private SignedFiles() {}

  /**
   * Returns the SHA-1 in hex of a layer's files at some paths.
   *
   * @param layer a layer that was read without flaws
   */
  static Map<String, String> checksums(Layer layer, List<RootEntry> entries) {
    Set<String> wanted = new HashSet<>();
    entries.forEach(each -> wanted.add(each.path()));
    return checksumsAt(layer, wanted);
  }

  /** Returns the same for paths that the image may not have. */
  static Map<String, String> checksumsAt(Layer layer, Set<String> wanted) {
    try {
      return read(layer, wanted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the content of a layer's file; empty if the layer does not have it. */
  static Optional<InputStream> content(Layer layer, String path) throws IOException {
    try (BufferedInputStream blob = new BufferedInputStream(layer.bytes().open(), 1 << 16)) {
      TarReader tar = archive(layer, blob);
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry instanceof TarEntry.File file && file.path().equals(path)) {
          if (file.size() > MAX_CONTENT) {
            throw new VerificationException(
                layer.label() + " has a /" + path + " of " + file.size() + " bytes, too many");
          }
          return Optional.of(new ByteArrayInputStream(tar.content().readAllBytes()));
        }
      }
      return Optional.empty();
    }
  }

  private static TarReader archive(Layer layer, BufferedInputStream blob) throws IOException {
    InputStream archive = Gzip.isNext(blob) ? Gzip.inflating(blob, layer.label()) : blob;
    return new TarReader(archive, layer.label(), TarLimits.foreignArchive());
  }

  private static Map<String, String> read(Layer layer, Set<String> wanted) throws IOException {
    Map<String, String> checksums = new HashMap<>();
    try (BufferedInputStream blob = new BufferedInputStream(layer.bytes().open(), 1 << 16)) {
      TarReader tar = archive(layer, blob);
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry instanceof TarEntry.File && wanted.contains(entry.path())) {
          MessageDigest sha1 = Checksum.newSha1();
          InputStream content = tar.content();
          byte[] buffer = new byte[1 << 16];
          for (int read = content.read(buffer); read > 0; read = content.read(buffer)) {
            sha1.update(buffer, 0, read);
          }
          checksums.put(entry.path(), Checksum.from(sha1.digest()).hex());
        }
      }
    }
    return checksums;
  }
}
