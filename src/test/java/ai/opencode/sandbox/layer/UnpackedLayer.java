package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.cache.Cache;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The entries of a layer in the cache. */
final class UnpackedLayer {

  private UnpackedLayer() {}

  /** Returns a line for each entry: path, mode and owner, as in {@code usr/bin 755 0:0}. */
  static List<String> lines(Cache cache, StagedLayer layer) throws IOException {
    List<String> lines = new ArrayList<>();
    byte[] blob = cache.blobs().read(layer.blob().digest());
    try (InputStream tar = Gzip.inflating(new ByteArrayInputStream(blob), "a layer");
        TarReader in = new TarReader(tar, "a layer", TarLimits.alpinePackage())) {
      for (TarEntry each = in.next(); each != null; each = in.next()) {
        lines.add(
            each.path()
                + " "
                + Integer.toOctalString(each.attributes().mode())
                + " "
                + each.attributes().uid()
                + ":"
                + each.attributes().gid());
      }
    }
    return lines;
  }
}
