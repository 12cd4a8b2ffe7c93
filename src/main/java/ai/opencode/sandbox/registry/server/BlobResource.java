package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reading and deletion of blobs, {@code /v2/NAME/blobs/DIGEST} (endpoints end-2 and end-10 of
 * distribution-spec 1.1).
 */
final class BlobResource implements Resource {

  private static final Pattern BYTES = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  private final BlobStore blobs;
  private final Repositories repositories;

  BlobResource(BlobStore blobs, Repositories repositories) {
    this.blobs = blobs;
    this.repositories = repositories;
  }

  @Override
  public Answer answer(IncomingRequest request, String repository, String last) throws IOException {
    Digest digest = Resource.digest(last);
    if (request.method().equals("DELETE")) {
      if (!repositories.removeBlob(repository, digest)) {
        throw blobUnknown(digest);
      }
      return Answer.of(202);
    }
    if (!repositories.hasBlob(repository, digest)) {
      throw blobUnknown(digest);
    }
    if (request.method().equals("GET")) {
      blobs.bring(digest);
      requireIntact(digest);
    }
    long size = blobs.size(digest);
    Answer whole =
        Answer.of(200)
            .with("Content-Type", "application/octet-stream")
            .with("Docker-Content-Digest", digest.toString())
            .with("ETag", "\"" + digest + "\"")
            .with("Accept-Ranges", "bytes")
            .with(new Answer.Region(blobs.path(digest), 0, size));
    Optional<String> range = request.header("Range");
    return Resource.read(request, range.isEmpty() ? whole : part(whole, range.get(), size, digest));
  }

  private Answer part(Answer whole, String range, long size, Digest digest) {
    Matcher bytes = BYTES.matcher(range);
    if (!bytes.matches()) {
      // Several ranges, or other units: the specification allows a response with the whole blob.
      return whole;
    }
    String from = bytes.group(1);
    String to = bytes.group(2);
    if (from.isEmpty() && to.isEmpty()) {
      return whole;
    }
    long start = from.isEmpty() ? Math.max(0, size - Long.parseLong(to)) : Long.parseLong(from);
    long end = from.isEmpty() || to.isEmpty() ? size - 1 : Math.min(Long.parseLong(to), size - 1);
    if (start > end) {
      return Answer.error(416, "SIZE_INVALID", "the blob has " + size + " bytes")
          .with("Content-Range", "bytes */" + size);
    }
    Answer.Region region = new Answer.Region(blobs.path(digest), start, end - start + 1);
    return new Answer(206, whole.headers(), region)
        .with("Content-Range", "bytes " + start + "-" + end + "/" + size);
  }

  /**
   * Requires that the file belongs to the store alone: a file with further hard links is not
   * served.
   */
  private void requireIntact(Digest digest) throws IOException {
    try {
      blobs.verifyOnce(digest);
    } catch (DamagedFileException e) {
      throw blobUnknown(digest);
    }
  }

  private static ProtocolException blobUnknown(Digest digest) {
    return new ProtocolException(404, "BLOB_UNKNOWN", "no such blob: " + digest);
  }
}
