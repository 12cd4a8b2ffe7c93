package ai.opencode.sandbox.inspect.content;

import java.util.List;

/**
 * What a layer says, entry by entry.
 *
 * @param compressedBytes of its blob
 * @param unpackedBytes of its archive
 * @param entries in the archive's order
 * @param whiteouts paths of lower layers that it takes away
 * @param opaque folders of lower layers that it empties
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
