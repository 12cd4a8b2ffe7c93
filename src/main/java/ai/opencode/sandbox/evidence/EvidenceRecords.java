package ai.opencode.sandbox.evidence;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;

/**
 * The evidence in each layer, kept in the cache by the digest of the layer, so that a layer is
 * searched once.
 */
public final class EvidenceRecords {

  private static final String KIND = "evidence";

  /** The format's version: raise it whenever a search finds something else in the same layer. */
  private static final int FORMAT = 2;

  private final Cache cache;
  private final Records<LayerEvidence> records;

  public EvidenceRecords(Cache cache) {
    this.cache = cache;
    this.records = new Records<>(cache, KIND, FORMAT, new Codec());
  }

  /** Keeps the evidence in a layer. */
  public void keep(Digest layer, LayerEvidence evidence) throws IOException {
    records.keep(key(layer).key(), evidence);
  }

  /** Returns the evidence in a layer, which is read if the evidence is not known yet. */
  public LayerEvidence of(Descriptor layer) throws IOException {
    return records.get(key(layer.digest()).key(), () -> read(layer));
  }

  private LayerEvidence read(Descriptor layer) throws IOException {
    EvidenceScan scan = EvidenceScan.hashing();
    String source = "layer " + layer.digest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream file =
            new BufferedInputStream(
                Files.newInputStream(cache.blobs().file(layer.digest())), 1 << 16);
        InputStream archive =
            layer.mediaType().equals(MediaType.LAYER) ? file : Gzip.inflating(file, source);
        TarReader tar = new TarReader(archive, source, TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        scan.entry(entry);
        if (entry instanceof TarEntry.File) {
          InputStream content = tar.content();
          for (int read = content.read(buffer); read > 0; read = content.read(buffer)) {
            scan.content(buffer, 0, read);
          }
        }
      }
    }
    return scan.end();
  }

  /** Returns the place of the record of a layer. */
  public static RecordKey key(Digest layer) {
    return new RecordKey(KIND, Recipe.of(KIND, FORMAT).add(layer).digest());
  }

  private static final class Codec implements Records.Codec<LayerEvidence> {

    @Override
    public void write(LayerEvidence evidence, RecordWriter out) {
      out.list(evidence.seen(), Codec::write);
      out.list(evidence.hidden(), (path, to) -> to.text(path));
    }

    private static void write(LayerEvidence.Seen seen, RecordWriter out) {
      out.text(seen.path()).text(seen.sha1().hex());
      if (seen.evidence() instanceof Evidence.OfNpm npm) {
        PackageJson json = npm.json();
        out.text("npm").text(json.name()).text(json.version());
        out.flag(json.licence().isPresent());
        json.licence().ifPresent(out::text);
      } else if (seen.evidence() instanceof Evidence.OfGo go) {
        out.text("go").text(go.build().compiler());
        out.list(go.build().modules(), (each, to) -> to.text(each.path()).text(each.version()));
      } else if (seen.evidence() instanceof Evidence.OfRelease release) {
        out.text("release").text(release.text());
      } else {
        out.text("database");
      }
    }

    @Override
    public LayerEvidence read(RecordReader in) throws IOException {
      return new LayerEvidence(in.list(Codec::seen), in.list(RecordReader::text));
    }

    private static LayerEvidence.Seen seen(RecordReader in) throws IOException {
      String path = in.text();
      Checksum sha1 = new Checksum(in.text());
      return new LayerEvidence.Seen(path, sha1, evidence(in));
    }

    private static Evidence evidence(RecordReader in) throws IOException {
      String kind = in.text();
      return switch (kind) {
        case "npm" ->
            new Evidence.OfNpm(
                new PackageJson(
                    in.text(), in.text(), in.flag() ? Optional.of(in.text()) : Optional.empty()));
        case "go" ->
            new Evidence.OfGo(
                new GoBuild(in.text(), in.list(each -> new GoModule(each.text(), each.text()))));
        case "release" -> new Evidence.OfRelease(in.text());
        case "database" -> new Evidence.OfDatabase();
        default -> throw new IOException("evidence has the unknown kind " + kind);
      };
    }
  }
}
