package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys in base images, by the digests of their manifests, so that a base image whose files
 * nothing else needs is not read for its keys.
 */
final class BaseKeys {

  private static final String KIND = "keys";
  private static final int FORMAT = 1;

  private final Records<KeyFiles> records;

  BaseKeys(Cache cache) {
    this.records = new Records<>(cache, KIND, FORMAT, new Codec());
  }

  /** Returns the place of the record of a base image. */
  static RecordKey place(Digest manifest) {
    return new RecordKey(KIND, Recipe.of(KIND, FORMAT).add(manifest).digest());
  }

  /** Returns the keys of a base image, which are read unless they have a record. */
  KeyFiles of(Digest manifest, Records.Making<KeyFiles> reading) throws IOException {
    return records.get(place(manifest).key(), reading);
  }

  private static final class Codec implements Records.Codec<KeyFiles> {

    @Override
    public void write(KeyFiles keys, RecordWriter out) {
      Map<String, byte[]> files = new TreeMap<>();
      keys.forEach(files::put);
      out.list(files.entrySet(), (each, to) -> to.text(each.getKey()).bytes(each.getValue()));
    }

    @Override
    public KeyFiles read(RecordReader in) throws IOException {
      KeyFiles keys = KeyFiles.none();
      for (Map.Entry<String, byte[]> each : in.list(from -> Map.entry(from.text(), from.bytes()))) {
        keys = keys.with(each.getKey(), each.getValue());
      }
      return keys;
    }
  }
}
