package ai.opencode.sandbox.inspect.content;

import java.util.List;

/**
 * The entries of a layer.
 *
 * @param compressedBytes the compressed size of the layer
 * @param unpackedBytes the uncompressed size of the layer's archive
 * @param entries the entries, in the archive's order
 * @param whiteouts the paths of lower layers that this layer deletes
 * @param opaque the directories of lower layers that this layer empties
 */
record ScannedLayer(
    Layer layer,
    long compressedBytes,
    long unpackedBytes,
    List<RootEntry> entries,
    List<String> whiteouts,
    List<String> opaque) {

  ScannedLayer {
    entries = List.copyOf(entries);
    whiteouts = List.copyOf(whiteouts);
    opaque = List.copyOf(opaque);
  }
}
