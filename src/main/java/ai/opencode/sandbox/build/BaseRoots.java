package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * The file systems of base images, by the digests of their manifests, so that their layers need not
 * be inflated again.
 */
final class BaseRoots {

  private static final String KIND = "roots";

  /** The format's version: raise it whenever the same layers give another file system. */
  private static final int FORMAT = 1;

  private final Records<Root> records;

  BaseRoots(Cache cache) {
    this.records = new Records<>(cache, KIND, FORMAT, new Codec());
  }

  /** Returns the place of the record of a base image. */
  static RecordKey place(Digest manifest) {
    return new RecordKey(KIND, Recipe.of(KIND, FORMAT).add(manifest).digest());
  }

  Optional<Root> find(Digest manifest) throws IOException {
    return records.find(place(manifest).key());
  }

  void keep(Digest manifest, Root root) throws IOException {
    records.keep(place(manifest).key(), root);
  }

  private static final class Codec implements Records.Codec<Root> {

    @Override
    public void write(Root root, RecordWriter out) {
      out.list(
          root.nodes().entrySet(), (each, to) -> write(each.getValue(), to.text(each.getKey())));
    }

    private static void write(Node node, RecordWriter out) {
      out.text(node.type().name());
      out.number(node.mode()).number(node.uid()).number(node.gid()).text(node.target());
      Checksum sha1 = node.sha1();
      out.text(sha1 == null ? "" : sha1.hex());
      byte[] content = node.content();
      out.flag(content != null);
      if (content != null) {
        out.bytes(content);
      }
    }

    @Override
    public Root read(RecordReader in) throws IOException {
      Root.Builder root = Root.builder();
      for (Map.Entry<String, Node> each : in.list(from -> Map.entry(from.text(), node(from)))) {
        root.put(each.getKey(), each.getValue());
      }
      return root.build();
    }

    private static Node node(RecordReader in) throws IOException {
      Node.Type type = Node.Type.valueOf(in.text());
      Access access = new Access(in.smallNumber(), in.number(), in.number());
      String target = in.text();
      String sha1 = in.text();
      return new Node(
          type,
          access,
          target,
          sha1.isEmpty() ? null : new Checksum(sha1),
          null,
          in.flag() ? in.bytes() : null);
    }
  }
}
