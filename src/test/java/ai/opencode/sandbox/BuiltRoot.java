package ai.opencode.sandbox;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The root that an image's layers give, read without the product's own code for roots. */
public final class BuiltRoot {

  private final Map<String, TarEntry> entries = new TreeMap<>();
  private final Map<String, String> texts = new TreeMap<>();
  private final Map<String, Integer> timesWritten = new TreeMap<>();

  public static BuiltRoot of(List<Descriptor> layers, BlobStore blobs) throws IOException {
    BuiltRoot root = new BuiltRoot();
    for (Descriptor layer : layers) {
      try (InputStream in = Files.newInputStream(blobs.path(layer.digest()));
          TarReader tar =
              new TarReader(Gzip.inflating(in, "layer"), "layer", TarLimits.foreignArchive())) {
        // A whiteout hides paths of lower layers only, not of its own.
        Set<String> own = new HashSet<>();
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
          String path = entry.path();
          String name = path.substring(path.lastIndexOf('/') + 1);
          if (name.equals(".wh..wh..opq")) {
            root.hide(path.substring(0, path.length() - name.length()), own);
            continue;
          }
          if (name.startsWith(".wh.")) {
            String hidden = path.substring(0, path.length() - name.length()) + name.substring(4);
            if (!own.contains(hidden)) {
              root.entries.remove(hidden);
              root.texts.remove(hidden);
            }
            root.hide(hidden + "/", own);
            continue;
          }
          own.add(path);
          if (!(entry instanceof TarEntry.Directory)) {
            root.timesWritten.merge(path, 1, Integer::sum);
          }
          root.entries.put(path, entry);
          root.texts.put(
              entry.path(), new String(tar.content().readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    return root;
  }

  private void hide(String below, Set<String> own) {
    entries.keySet().removeIf(path -> path.startsWith(below) && !own.contains(path));
    texts.keySet().retainAll(entries.keySet());
  }

  /** Counts the layers that have a file, hidden or not. */
  public int timesWritten(String path) {
    return timesWritten.getOrDefault(path, 0);
  }

  public TarEntry entry(String path) {
    TarEntry entry = entries.get(path);
    if (entry == null) {
      throw new AssertionError("no " + path + " among " + entries.keySet());
    }
    return entry;
  }

  public boolean has(String path) {
    return entries.containsKey(path);
  }

  public String text(String path) {
    entry(path);
    return texts.getOrDefault(path, "");
  }

  /** Computes a layer's diff ID from its content. */
  static Digest diffId(Descriptor layer, BlobStore blobs) throws IOException {
    try (InputStream in = Files.newInputStream(blobs.path(layer.digest()))) {
      return Digest.sha256(Gzip.inflating(in, "layer").readAllBytes());
    }
  }
}
