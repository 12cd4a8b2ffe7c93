package ai.opencode.sandbox.inspect.content;

import java.util.List;

/**
 * The entries of a layer.
 *
 * @param compressedBytes of its blob
 * @param unpackedBytes of its archive
 * @param entries in the archive's order
 * @param whiteouts paths of lower layers that it deletes
 * @param opaque directories of lower layers that it empties
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
