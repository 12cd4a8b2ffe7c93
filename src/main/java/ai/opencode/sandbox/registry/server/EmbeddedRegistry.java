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
 * A registry inside this process, on 127.0.0.1: pulling and pushing of distribution-spec 1.1 for a
 * blob store. All repositories share the store's content, so a client sends only content that the
 * store lacks. Requests of web pages are refused, and so are changes by other users of the machine.
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

  /** Starts a registry for a store, on a free port. Its tags are lost when it is closed. */
  public static EmbeddedRegistry start(BlobStore blobs) throws IOException {
    return start(blobs, 0);
  }

  /**
   * Starts a registry for a store. Its tags are lost when it is closed.
   *
   * @param port the port; 0 for any free port
   * @throws ai.opencode.sandbox.failure.UsageException if the port is taken
   */
  public static EmbeddedRegistry start(BlobStore blobs, int port) throws IOException {
    return new EmbeddedRegistry(
        blobs, port, new Admission(true, null), (repository, tag, manifest) -> {});
  }

  /**
   * Starts a registry for a store that only receivers of its references can use: the name of each
   * repository begins with a secret.
   */
  public static EmbeddedRegistry secret(BlobStore blobs) throws IOException {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    Admission admission = new Admission(true, HexFormat.of().formatHex(bytes));
    return new EmbeddedRegistry(blobs, 0, admission, (repository, tag, manifest) -> {});
  }

  /**
   * Starts a registry with the images of a layout. An image named {@code tools} is the repository
   * {@code tools} with the tag {@code latest}; one named {@code tools:1.2} has that tag.
   *
   * @param port the port; 0 for any free port
   * @throws ai.opencode.sandbox.failure.UsageException if the port is taken
   */
  public static EmbeddedRegistry serve(OciLayout layout, int port) throws IOException {
    return serve(layout, port, false);
  }

  /**
   * Starts a registry with the images of a layout, as {@link #serve(OciLayout, int)}; pushed images
   * are written into the layout.
   *
   * @param port the port; 0 for any free port
   * @throws ai.opencode.sandbox.failure.UsageException if the port is taken
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

  /** Tags an image that is in the store. */
  public void tag(String repository, String tag, Descriptor image) throws IOException {
    protocol.publish(inside(repository), tag, image);
  }

  /** Returns the manifest with a tag or digest. */
  public Optional<Descriptor> find(String repository, String tagOrDigest) throws IOException {
    return repositories.find(inside(repository), tagOrDigest);
  }

  /** Returns the tags of a repository, sorted. */
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

  /** Returns {@code 127.0.0.1:PORT}, the first part of references. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** Returns the reference of an image in this registry by its digest. */
  public Reference reference(String repository, Digest digest) {
    return Reference.of(address() + "/" + inside(repository)).withDigest(digest);
  }

  /** Returns the reference of an image in this registry by a tag. */
  public Reference reference(String repository, String tag) {
    return Reference.of(address() + "/" + inside(repository) + ":" + tag);
  }

  private String inside(String repository) {
    return secret == null ? repository : secret + "/" + repository;
  }

  /** Removes the secret from a text, such as another program's message. */
  public String withoutSecret(String text) {
    return secret == null ? text : text.replace(secret, "…");
  }

  @Override
  public void close() throws IOException {
    server.close();
    uploads.close();
  }
}
