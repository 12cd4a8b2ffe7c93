package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Reference;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A registry inside this process, on 127.0.0.1: the pulling and pushing halves of distribution-spec
 * 1.1 over a blob store. All repositories share the store's content, so a client that pushes what
 * is there already sends nothing. Web pages are refused, and so are changes by other users of the
 * machine.
 */
public final class EmbeddedRegistry implements Closeable {

  private static final int SECRET_BYTES = 20;

  private final BlobStore blobs;
  private final Repositories repositories;
  private final Uploads uploads;
  private final DistributionProtocol protocol;
  private final LoopbackServer server;
  private final @Nullable String secret;

  private EmbeddedRegistry(
      BlobStore blobs, int port, Admission admission, DistributionProtocol.TagListener tags)
      throws IOException {
    this.blobs = blobs;
    this.repositories = new Repositories(blobs);
    this.uploads = new Uploads(blobs);
    this.protocol = new DistributionProtocol(blobs, repositories, uploads, tags);
    this.secret = admission.secret();
    this.server = LoopbackServer.start(port, admission.before(protocol));
  }

  /** Over a store, on a free port, with tags that end with the registry. */
  public static EmbeddedRegistry start(BlobStore blobs) throws IOException {
    return start(blobs, 0);
  }

  /**
   * Over a store, with tags that end with the registry.
   *
   * @param port 0 for any that is free
   * @throws ai.opencode.sandbox.failure.UsageException where the port is taken
   */
  public static EmbeddedRegistry start(BlobStore blobs, int port) throws IOException {
    return new EmbeddedRegistry(
        blobs, port, new Admission(true, null), (repository, tag, manifest) -> {});
  }

  /**
   * Over a store, for the program that is handed its references and for no other: the name of each
   * repository begins with a secret.
   */
  public static EmbeddedRegistry secret(BlobStore blobs) throws IOException {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    Admission admission = new Admission(true, HexFormat.of().formatHex(bytes));
    return new EmbeddedRegistry(blobs, 0, admission, (repository, tag, manifest) -> {});
  }

  /**
   * Over a layout: serves its images. An image named {@code tools} is the repository {@code tools}
   * with the tag {@code latest}; one named {@code tools:1.2} has that tag.
   *
   * @param port 0 for any that is free
   * @throws ai.opencode.sandbox.failure.UsageException where the port is taken
   */
  public static EmbeddedRegistry serve(OciLayout layout, int port) throws IOException {
    return serve(layout, port, false);
  }

  /**
   * Over a layout, as {@link #serve(OciLayout, int)}; what its user pushes is written into it.
   *
   * @param port 0 for any that is free
   * @throws ai.opencode.sandbox.failure.UsageException where the port is taken
   */
  public static EmbeddedRegistry serveWithPush(OciLayout layout, int port) throws IOException {
    return serve(layout, port, true);
  }

  private static EmbeddedRegistry serve(OciLayout layout, int port, boolean push)
      throws IOException {
    EmbeddedRegistry registry =
        new EmbeddedRegistry(
            layout.blobs(),
            port,
            new Admission(push, null),
            (repository, tag, manifest) ->
                layout.name(tag.equals("latest") ? repository : repository + ":" + tag, manifest));
    try {
      for (Descriptor image : layout.index().manifests()) {
        String name = image.annotations().get(Annotations.REF_NAME);
        if (name != null) {
          int colon = name.lastIndexOf(':');
          String repository = colon < 0 ? name : name.substring(0, colon);
          registry.tag(repository, colon < 0 ? "latest" : name.substring(colon + 1), image);
        }
      }
      return registry;
    } catch (IOException | RuntimeException e) {
      registry.close();
      throw e;
    }
  }

  /** Gives a name to an image that is in the store. */
  public void tag(String repository, String tag, Descriptor image) throws IOException {
    protocol.publish(inside(repository), tag, image);
  }

  /** What a tag or digest stands for. */
  public Optional<Descriptor> find(String repository, String tagOrDigest) throws IOException {
    return repositories.find(inside(repository), tagOrDigest);
  }

  /** The tags of a repository, sorted. */
  public Map<String, Descriptor> tags(String repository) {
    return Collections.unmodifiableMap(
        new TreeMap<>(repositories.tags(inside(repository)).orElseGet(TreeMap::new)));
  }

  public BlobStore blobs() {
    return blobs;
  }

  public int port() {
    return server.port();
  }

  /** {@code 127.0.0.1:PORT}, as the first part of references. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** Names an image in this registry by its content. */
  public Reference reference(String repository, Digest digest) {
    return Reference.of(address() + "/" + inside(repository)).withDigest(digest);
  }

  /** Names an image in this registry by a tag. */
  public Reference reference(String repository, String tag) {
    return Reference.of(address() + "/" + inside(repository) + ":" + tag);
  }

  private String inside(String repository) {
    return secret == null ? repository : secret + "/" + repository;
  }

  /** A text in which the secret may be, such as another program's message, without it. */
  public String withoutSecret(String text) {
    return secret == null ? text : text.replace(secret, "…");
  }

  @Override
  public void close() throws IOException {
    server.close();
    uploads.close();
  }
}
