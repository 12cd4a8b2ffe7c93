package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A gzip member with a tar archive, the building block of packages and indexes. */
final class TarSegment {

  record Content(TarEntry entry, byte[] bytes) {}

  private TarSegment() {}

  /** Returns a segment without the end-of-archive mark: signatures and control. */
  static byte[] cut(List<Content> contents) {
    return segment(contents, false);
  }

  /** Returns a segment with the end-of-archive mark: data and index. */
  static byte[] complete(List<Content> contents) {
    return segment(contents, true);
  }

  static byte[] signatures(List<ASigningKey> keys, byte[] signed) {
    List<Content> contents = new ArrayList<>();
    for (ASigningKey key : keys) {
      byte[] signature = key.sign(signed);
      contents.add(
          new Content(
              new TarEntry.File(key.entryName(), Attributes.of(0644), signature.length),
              signature));
    }
    return cut(contents);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] segment(List<Content> contents, boolean end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(out);
        TarWriter tar = new TarWriter(gzip)) {
      for (Content content : contents) {
        if (content.entry() instanceof TarEntry.File file) {
          tar.write(file, content.bytes());
        } else {
          tar.write(content.entry());
        }
      }
      if (end) {
        tar.finish();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
