package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The entries of a layer as it is written, without their content. */
final class WrittenEntries {

  /** A layer that writes its entries. */
  @FunctionalInterface
  interface Source {
    void writeTo(TarWriter tar) throws IOException;
  }

  private WrittenEntries() {}

  static List<TarEntry> of(Source layer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(bytes);
    layer.writeTo(tar);
    tar.finish();
    List<TarEntry> entries = new ArrayList<>();
    try (TarReader in =
        new TarReader(
            new ByteArrayInputStream(bytes.toByteArray()), "it", TarLimits.alpinePackage())) {
      for (TarEntry each = in.next(); each != null; each = in.next()) {
        entries.add(each);
      }
    }
    return entries;
  }
}
