package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.PassingFailure;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;

/** The download of one blob, which resumes where a broken connection ended. */
final class BlobDownload {

  private static final String WHAT = "pull from";

  private final RepositoryRequests requests;
  private final Descriptor blob;
  private final BlobSink sink;
  private boolean decoded;

  BlobDownload(RepositoryRequests requests, Descriptor blob, BlobSink sink) {
    this.requests = requests;
    this.blob = blob;
    this.sink = sink;
  }

  /**
   * Downloads the blob unless the store has it here.
   *
   * @throws VerificationException if the content does not match the descriptor
   */
  static void run(RepositoryRequests requests, Descriptor blob, BlobStore store)
      throws IOException {
    if (store.isHere(blob.digest())) {
      return;
    }
    try (BlobSink sink = store.create()) {
      BlobDownload download = new BlobDownload(requests, blob, sink);
      requests
          .transport()
          .repeat(requests.endpoint().of(download.path()), number -> download.receive());
      sink.commit(blob.digest());
    }
  }

  private String path() {
    return "/blobs/" + blob.digest();
  }

  /** Requests the remaining bytes once. */
  private long receive() throws IOException {
    Map<String, String> headers =
        sink.size() == 0 || decoded ? Map.of() : Map.of("Range", "bytes=" + sink.size() + "-");
    HttpResponse<InputStream> response =
        requests.exchange("GET", path(), headers, BodyPublishers.noBody(), WHAT);
    if (response.statusCode() != 200 && response.statusCode() != 206) {
      throw requests.unexpected(response, WHAT);
    }
    try (InputStream body = response.body()) {
      // A server without ranges sends the whole blob again; the bytes that are already stored are
      // skipped.
      long skip = response.statusCode() == 206 ? 0 : sink.size();
      byte[] buffer = new byte[1 << 16];
      for (int read = read(body, buffer); read >= 0; read = read(body, buffer)) {
        int known = (int) Math.min(skip, read);
        skip -= known;
        decoded |= Network.isDecoded(body);
        if (sink.size() + read - known > blob.size()) {
          throw new VerificationException(
              requests.registry()
                  + " sent more than the "
                  + blob.size()
                  + " bytes of "
                  + blob.digest());
        }
        sink.write(buffer, known, read - known);
      }
    }
    if (sink.size() < blob.size()) {
      throw new PassingFailure(
          new EOFException("received " + sink.size() + " of " + blob.size() + " bytes"));
    }
    return sink.size();
  }

  private static int read(InputStream body, byte[] buffer) throws PassingFailure {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new PassingFailure(e);
    }
  }
}
