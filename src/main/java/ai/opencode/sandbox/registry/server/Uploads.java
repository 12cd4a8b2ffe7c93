package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Blobs that clients are sending, possibly in several requests. */
public final class Uploads implements Closeable {

  private static final int MAX_OPEN = 1024;

  /** Left on the disk for whatever else writes there, looked at now and then. */
  private static final long RESERVED_BYTES = 256L << 20;

  private static final long UNCHECKED_BYTES = 32L << 20;
  private static final Duration KEPT = Duration.ofHours(1);

  private final BlobStore blobs;
  private final ConcurrentMap<String, Upload> open = new ConcurrentHashMap<>();

  public Uploads(BlobStore blobs) {
    this.blobs = blobs;
  }

  Upload start(String repository) throws IOException {
    dropForgotten();
    if (open.size() >= MAX_OPEN) {
      throw new ProtocolException(429, "TOOMANYREQUESTS", "too many uploads are open");
    }
    Upload upload = new Upload(repository, UUID.randomUUID().toString(), blobs.create());
    open.put(upload.id, upload);
    return upload;
  }

  Upload find(String repository, String id) {
    Upload upload = open.get(id);
    if (upload == null || !upload.repository.equals(repository)) {
      throw new ProtocolException(404, "BLOB_UPLOAD_UNKNOWN", "no such upload: " + id);
    }
    return upload;
  }

  private void dropForgotten() throws IOException {
    long oldest = System.nanoTime() - KEPT.toNanos();
    for (Iterator<Upload> all = open.values().iterator(); all.hasNext(); ) {
      Upload upload = all.next();
      if (upload.touched - oldest < 0) {
        all.remove();
        upload.sink.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Upload upload : open.values()) {
      upload.sink.close();
    }
  }

  /** One blob; requests for it wait for each other. */
  final class Upload {

    private final String repository;
    private final String id;
    private final BlobSink sink;
    private volatile long received;
    private long checked;
    private volatile long touched = System.nanoTime();

    private Upload(String repository, String id, BlobSink sink) {
      this.repository = repository;
      this.id = id;
      this.sink = sink;
    }

    String location() {
      return "/v2/" + repository + "/blobs/uploads/" + id;
    }

    String id() {
      return id;
    }

    /** Bytes so far; answers while another request still brings more. */
    long received() {
      return received;
    }

    /**
     * Takes what a request brings. What came before a connection broke is kept: the client may ask
     * how much that is and go on.
     *
     * @param start where the client believes that the content goes on; negative where it is silent
     */
    synchronized void append(InputStream content, long start) throws IOException {
      if (start >= 0 && start != sink.size()) {
        throw new ProtocolException(
            416, "BLOB_UPLOAD_INVALID", "expected content from byte " + sink.size() + " on");
      }
      byte[] buffer = new byte[1 << 17];
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        write(buffer, read);
        received = sink.size();
        touched = System.nanoTime();
      }
    }

    private void write(byte[] bytes, int length) throws IOException {
      try {
        if (sink.size() - checked >= UNCHECKED_BYTES) {
          checked = sink.size();
          requireSpace();
        }
        sink.write(bytes, 0, length);
      } catch (IOException e) {
        // The disk is full, perhaps; how much was written is unknown, so the upload cannot go on.
        cancel();
        throw e;
      }
    }

    private void requireSpace() throws IOException {
      Path blob = blobs.path(Digest.sha256(""));
      for (Path place = blob.getParent(); place != null; place = place.getParent()) {
        if (Files.exists(place)) {
          if (Files.getFileStore(place).getUsableSpace() < RESERVED_BYTES) {
            throw new IOException("the disk is nearly full; free some space and push again");
          }
          return;
        }
      }
    }

    /** Makes the content a blob; the upload ends, whether the digest is right or not. */
    synchronized void finish(Digest expected) throws IOException {
      open.remove(id);
      try (sink) {
        sink.commit(expected);
      }
    }

    synchronized void cancel() throws IOException {
      open.remove(id);
      sink.close();
    }
  }
}
