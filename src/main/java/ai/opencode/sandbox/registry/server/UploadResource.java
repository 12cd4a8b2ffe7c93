package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The upload of blobs, {@code /v2/NAME/blobs/uploads/} (endpoints end-4 to end-6, end-11, end-13
 * and end-14 of distribution-spec 1.1).
 */
final class UploadResource implements Resource {

  private static final Pattern CONTENT_RANGE =
      Pattern.compile("(?:bytes )?(\\d{1,18})-(\\d{1,18})(?:/.*)?");

  private final Repositories repositories;
  private final Uploads uploads;

  UploadResource(Repositories repositories, Uploads uploads) {
    this.repositories = repositories;
    this.uploads = uploads;
  }

  @Override
  public Answer answer(IncomingRequest request, String repository, String last) throws IOException {
    return last.isEmpty() ? start(request, repository) : upload(request, repository, last);
  }

  private Answer start(IncomingRequest request, String repository) throws IOException {
    if (!request.method().equals("POST")) {
      throw Resource.methodNotAllowed(request);
    }
    if (!request.query("digest-algorithm").orElse("sha256").equals("sha256")) {
      throw new ProtocolException(400, "UNSUPPORTED", "only sha256 digests are supported");
    }
    Optional<String> mount = request.query("mount");
    if (mount.isPresent()) {
      Digest digest = Resource.digest(mount.get());
      if (repositories.hasBlob(request.query("from").orElse(repository), digest)) {
        return created(repository, digest);
      }
    }
    Optional<String> whole = mount.isPresent() ? Optional.empty() : request.query("digest");
    Optional<Digest> expected = whole.map(Resource::digest);
    Uploads.Upload upload = uploads.start(repository);
    if (expected.isEmpty()) {
      return progress(202, upload).with("OCI-Chunk-Min-Length", "1");
    }
    try {
      upload.append(request.body(), 0);
    } catch (IOException e) {
      // The client does not know this upload's address, so it cannot continue it.
      upload.cancel();
      throw e;
    }
    return finish(repository, upload, expected.get());
  }

  private Answer upload(IncomingRequest request, String repository, String id) throws IOException {
    Uploads.Upload upload = uploads.find(repository, id);
    return switch (request.method()) {
      case "GET", "HEAD" -> progress(204, upload);
      case "DELETE" -> {
        upload.cancel();
        yield Answer.of(204);
      }
      case "PATCH", "PUT" -> receive(request, repository, upload);
      default -> throw Resource.methodNotAllowed(request);
    };
  }

  private Answer receive(IncomingRequest request, String repository, Uploads.Upload upload)
      throws IOException {
    boolean last = request.method().equals("PUT");
    Optional<Digest> expected = Optional.empty();
    if (last) {
      expected = Optional.of(Resource.digest(request.query("digest").orElse("(none given)")));
    }
    long start = start(request);
    try {
      upload.append(request.body(), start);
    } catch (ProtocolException outOfOrder) {
      Answer where = progress(416, upload);
      return new Answer(416, where.headers(), outOfOrder.answer().content())
          .with("Content-Type", "application/json");
    }
    return expected.isPresent()
        ? finish(repository, upload, expected.get())
        : progress(202, upload);
  }

  /** Returns the stated start of a chunk; negative if there is none. */
  private static long start(IncomingRequest request) {
    Optional<String> header = request.header("Content-Range");
    if (header.isEmpty()) {
      return -1;
    }
    Matcher range = CONTENT_RANGE.matcher(header.get());
    if (!range.matches()) {
      throw new ProtocolException(
          400, "SIZE_INVALID", "expected Content-Range: <first>-<last>, not " + header.get());
    }
    long start = Long.parseLong(range.group(1));
    long size = Long.parseLong(range.group(2)) - start + 1;
    Optional<String> length = request.header("Content-Length");
    if (size <= 0 || (length.isPresent() && !length.get().equals(Long.toString(size)))) {
      throw new ProtocolException(
          400, "SIZE_INVALID", "Content-Range and Content-Length do not agree");
    }
    return start;
  }

  private static Answer progress(int status, Uploads.Upload upload) {
    return Answer.of(status)
        .with("Location", upload.location())
        .with("Range", "0-" + Math.max(0, upload.received() - 1))
        .with("Docker-Upload-Uuid", upload.id());
  }

  private Answer finish(String repository, Uploads.Upload upload, Digest expected)
      throws IOException {
    try {
      upload.finish(expected);
    } catch (VerificationException e) {
      throw new ProtocolException(400, "DIGEST_INVALID", String.valueOf(e.getMessage()));
    }
    return created(repository, expected);
  }

  private Answer created(String repository, Digest digest) {
    repositories.addBlob(repository, digest);
    return Answer.of(201)
        .with("Location", "/v2/" + repository + "/blobs/" + digest)
        .with("Docker-Content-Digest", digest.toString());
  }
}
