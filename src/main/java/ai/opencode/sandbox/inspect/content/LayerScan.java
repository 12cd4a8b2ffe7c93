package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MeasuredStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The single reading of a layer, from its first byte to its last. It collects the entries, and
 * compares blob and archive with the documents. Contents are not kept, except those of a few files
 * that checks read.
 */
final class LayerScan {

  private static final long MAX_UNPACKED = 20L << 30;

  /**
   * The state that the scans of an image's layers share.
   *
   * @param watched the number of bytes that are kept for checks
   */
  record Shared(AtomicLong watched, ImageBudget budget) {

    Shared(ImageBudget budget) {
      this(new AtomicLong(), budget);
    }
  }

  private final Layer layer;
  private final Flaws flaws;
  private final ElfSpool spool;
  private final AtomicLong watched;
  private final ImageBudget budget;
  private final boolean digests;
  private final LayerRules rules;
  private final byte[] buffer = new byte[1 << 16];

  private final List<RootEntry> entries = new ArrayList<>();
  private final Map<String, Integer> positions = new HashMap<>();
  private final List<String> whiteouts = new ArrayList<>();
  private final List<String> opaque = new ArrayList<>();

  private LayerScan(Layer layer, Flaws flaws, ElfSpool spool, boolean digests, Shared shared) {
    this.layer = layer;
    this.flaws = flaws;
    this.spool = spool;
    this.watched = shared.watched;
    this.budget = shared.budget;
    this.digests = digests;
    this.rules = new LayerRules(layer.label(), flaws);
  }

  /**
   * Reads a layer.
   *
   * @param digests whether to compute the SHA-256 of each file
   * @throws VerificationException if all layers together are too large
   */
  static ScannedLayer of(Layer layer, Path work, Flaws flaws, boolean digests, Shared shared)
      throws IOException {
    try (ElfSpool spool = new ElfSpool(work);
        InputStream in = layer.bytes().open()) {
      return new LayerScan(layer, flaws, spool, digests, shared).scan(in);
    } catch (NoSuchFileException e) {
      flaws.add("blob-missing", layer.label(), "there is no such blob");
      return new ScannedLayer(layer, 0, 0, List.of(), List.of(), List.of());
    }
  }

  private ScannedLayer scan(InputStream in) throws IOException {
    MeasuredStream blob = new MeasuredStream(budget.ofBlob(in));
    BufferedInputStream buffered = new BufferedInputStream(blob, 1 << 16);
    boolean gzip = Gzip.isNext(buffered);
    checkMediaType(gzip);
    MeasuredStream archive =
        new MeasuredStream(
            budget.ofArchive(
                new BoundedInputStream(
                    gzip ? Gzip.inflating(buffered, layer.label()) : buffered,
                    MAX_UNPACKED,
                    layer.label())));
    boolean whole = true;
    try {
      readEntries(archive);
    } catch (VerificationException e) {
      budget.requireLeft();
      flaws.add("layer-archive", layer.label(), message(e));
    }
    try {
      archive.drain();
    } catch (VerificationException e) {
      budget.requireLeft();
      whole = false;
      flaws.add("layer-archive", layer.label(), message(e));
    }
    blob.drain();
    checkBlob(blob);
    Digest diffId = archive.digest();
    if (whole && layer.diffId() != null && !diffId.equals(layer.diffId())) {
      flaws.add(
          "diff-id",
          layer.label(),
          "its archive has the digest " + diffId + ", the configuration says " + layer.diffId());
    }
    return new ScannedLayer(layer, blob.count(), archive.count(), entries, whiteouts, opaque);
  }

  /** Returns a message without the label, which the finding contains already. */
  private String message(VerificationException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith(layer.label() + ": ")
        ? message.substring(layer.label().length() + 2)
        : message;
  }

  private void checkMediaType(boolean gzip) {
    Descriptor descriptor = layer.descriptor();
    if (descriptor != null && descriptor.mediaType().endsWith("gzip") != gzip) {
      flaws.add(
          "media-type",
          layer.label(),
          "it is "
              + (gzip ? "compressed with gzip" : "not compressed with gzip")
              + ", but called "
              + descriptor.mediaType());
    }
  }

  private void checkBlob(MeasuredStream blob) {
    Descriptor descriptor = layer.descriptor();
    if (descriptor == null) {
      return;
    }
    if (blob.count() != descriptor.size()) {
      flaws.add(
          "blob-size",
          layer.label(),
          "it has "
              + (blob.count() > descriptor.size() ? "more" : blob.count() + "")
              + " bytes, its descriptor says "
              + descriptor.size());
    }
    Digest digest = blob.digest();
    if (!digest.equals(descriptor.digest())) {
      flaws.add("layer-digest", layer.label(), "its content has the digest " + digest);
    }
  }

  private void readEntries(InputStream archive) throws IOException {
    // The stream stays open, because the caller reads the bytes after the archive's end.
    @SuppressWarnings("resource")
    TarReader tar = new TarReader(archive, layer.label(), TarLimits.foreignArchive());
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      Marker marker = Marker.of(entry.path());
      rules.require(entry, marker);
      if (marker == null) {
        put(entry(entry, tar));
      } else if (marker.opaque()) {
        opaque.add(marker.path());
      } else {
        whiteouts.add(marker.path());
      }
    }
    if (tar.sawGlobalHeader()) {
      flaws.add(
          "layer-entry",
          layer.label(),
          "it has a global PAX header, which some engines read as a file");
    }
  }

  private void put(RootEntry entry) {
    positions.put(entry.path(), entries.size());
    entries.add(entry);
  }

  private RootEntry entry(TarEntry entry, TarReader tar) throws IOException {
    if (entry instanceof TarEntry.File file) {
      return file(file, tar.content());
    }
    if (entry instanceof TarEntry.HardLink link) {
      return hardLink(link);
    }
    if (entry instanceof TarEntry.SymbolicLink link) {
      return plain(entry, RootEntry.Kind.LINK, link.target());
    }
    if (entry instanceof TarEntry.Directory) {
      return plain(entry, RootEntry.Kind.DIRECTORY, null);
    }
    boolean fifo = entry instanceof TarEntry.Fifo;
    return plain(entry, fifo ? RootEntry.Kind.FIFO : RootEntry.Kind.DEVICE, null);
  }

  private RootEntry hardLink(TarEntry.HardLink link) {
    RootEntry attributes = plain(link, RootEntry.Kind.FILE, null);
    Integer position = positions.get(link.target());
    if (position == null || entries.get(position).isDirectory()) {
      return attributes;
    }
    RootEntry target = entries.get(position);
    // Engines apply the attributes of the second name to the file that both names share.
    entries.set(position, target.linked(target.path(), attributes));
    return target.linked(link.path(), attributes);
  }

  private RootEntry plain(TarEntry entry, RootEntry.Kind kind, @Nullable String target) {
    RootEntry.Inode inode =
        entry instanceof TarEntry.Device device
            ? new RootEntry.Inode(
                entry.path(), 0, null, device.block(), device.major(), device.minor())
            : RootEntry.Inode.of(entry.path());
    return new RootEntry(
        entry.path(), kind, rights(entry), target, RootEntry.FileFacts.NONE, layer.number(), inode);
  }

  private RootEntry file(TarEntry.File file, InputStream content) throws IOException {
    FileScan scan = new FileScan(file.path(), flaws, spool, watched);
    String sha256 = scan.read(content, buffer, digests);
    RootEntry.FileFacts facts = scan.facts(file.size());
    return new RootEntry(
        file.path(),
        RootEntry.Kind.FILE,
        rights(file),
        null,
        facts,
        layer.number(),
        new RootEntry.Inode(file.path(), file.size(), sha256, false, 0, 0));
  }

  private static RootEntry.Rights rights(TarEntry entry) {
    Attributes attributes = entry.attributes();
    return new RootEntry.Rights(attributes.access(), kept(attributes));
  }

  private static Map<String, String> kept(Attributes attributes) {
    Map<String, String> kept = attributes.extended();
    if (!kept.isEmpty()) {
      kept.keySet().removeIf(name -> !FileAttributes.isKept(name));
    }
    return kept;
  }
}
