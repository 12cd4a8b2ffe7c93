package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.ReadOneWay;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One repository of a registry, with the requests of distribution-spec 1.1 that this product needs.
 */
final class RemoteRepository {

  /** The way in which a blob came into a repository. */
  enum Arrival {
    PRESENT,
    MOUNTED,
    UPLOADED
  }

  /** A manifest with the bytes that the registry sent. */
  record Fetched(String mediaType, byte[] content) {
    Descriptor descriptor() {
      return Descriptor.of(mediaType, Digest.sha256(content), content.length);
    }
  }

  private final Reference image;
  private final Transport transport;
  private final RepositoryRequests requests;

  /**
   * Creates a client.
   *
   * @param scopes the required rights, in the form of token authentication
   */
  RemoteRepository(
      RegistryAccess access, Transport transport, Reference image, List<String> scopes) {
    this.image = image;
    this.transport = transport;
    this.requests = new RepositoryRequests(access, transport, image, scopes);
  }

  /** Returns the digest of a tag or digest; empty if the registry does not have it. */
  Optional<Digest> find(String selector) {
    Optional<HttpResponse<InputStream>> found =
        requests.head("/manifests/" + selector, "look for a manifest in");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String digest = Transport.header(found.get(), "Docker-Content-Digest");
    if (digest != null && Digest.isDigest(digest)) {
      return Optional.of(Digest.of(digest));
    }
    return Optional.of(
        Digest.isDigest(selector) ? Digest.of(selector) : manifest(selector).descriptor().digest());
  }

  /**
   * Fetches a manifest's bytes.
   *
   * @throws UsageException if the registry does not have it
   * @throws VerificationException if the bytes do not match the digest, or are too many
   */
  Fetched manifest(String selector) {
    try {
      return transport.repeat(
          requests.endpoint().of("/manifests/" + selector), number -> fetch(selector));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Fetched fetch(String selector) throws IOException {
    String what = "pull from";
    HttpResponse<InputStream> response = requests.manifest(selector, what);
    if (response.statusCode() == 404) {
      Transport.close(response);
      throw new UsageException(
          image.registry()
              + " has no "
              + image.repository()
              + (Digest.isDigest(selector) ? "@" : ":")
              + selector
              + ". Check the reference.");
    }
    if (response.statusCode() != 200) {
      throw requests.unexpected(response, what);
    }
    return checked(selector, response, Transport.read(response, Json.MAX_BYTES + 1));
  }

  private Fetched checked(String selector, HttpResponse<InputStream> response, byte[] content) {
    String where =
        image.registry()
            + "/"
            + image.repository()
            + (Digest.isDigest(selector) ? "@" : ":")
            + selector;
    if (content.length > Json.MAX_BYTES) {
      throw new VerificationException(
          where + ": a manifest of more than " + Json.MAX_BYTES + " bytes");
    }
    if (Digest.isDigest(selector) && !Digest.sha256(content).equals(Digest.of(selector))) {
      throw new VerificationException(
          where + ": the registry sent other content, " + Digest.sha256(content));
    }
    String sent = Transport.header(response, "Content-Type");
    String mediaType =
        ReadOneWay.mediaType(ReadOneWay.manifest(content, where), sent == null ? "" : sent, where);
    return new Fetched(mediaType, content);
  }

  /**
   * Fetches a blob into a store, and resumes where a broken connection ended.
   *
   * @throws VerificationException if the content does not match the descriptor
   */
  void download(Descriptor blob, BlobStore store) throws IOException {
    BlobDownload.run(requests, blob, store);
  }

  /**
   * Brings a blob into the repository: by mounting if a neighbour has it, otherwise by sending it.
   *
   * @param mountFrom a repository of the same registry; null for none
   */
  Arrival upload(BlobStore store, Descriptor blob, @Nullable String mountFrom) throws IOException {
    String neighbour = image.repository().equals(mountFrom) ? null : mountFrom;
    return new BlobUpload(requests, store, blob, neighbour).run();
  }

  /**
   * Sends a manifest's bytes.
   *
   * @throws VerificationException if the registry reports another digest
   */
  void putManifest(String selector, String mediaType, byte[] content) {
    String what = "push to";
    HttpResponse<InputStream> response =
        requests.exchange(
            "PUT",
            "/manifests/" + selector,
            Map.of("Content-Type", mediaType),
            BodyPublishers.ofByteArray(content),
            what);
    if (response.statusCode() != 201 && response.statusCode() != 200) {
      throw requests.unexpected(response, what);
    }
    Transport.close(response);
    String stored = Transport.header(response, "Docker-Content-Digest");
    if (stored != null && !stored.equals(Digest.sha256(content).toString())) {
      throw new VerificationException(
          requests.endpoint().authority()
              + " stored "
              + stored
              + ", but "
              + Digest.sha256(content)
              + " was sent");
    }
  }
}
