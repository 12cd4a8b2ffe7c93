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

/** Blobs that clients are uploading, possibly in several requests. */
public final class Uploads implements Closeable {

  private static final int MAX_OPEN = 1024;

  /** The free disk space that uploads leave for other programs. */
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

  /** The upload of one blob. Its requests run one after another. */
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

    /**
     * Returns the number of bytes received so far, without waiting for a request that sends more.
     */
    long received() {
      return received;
    }

    /**
     * Appends the body of a request. The bytes before a broken connection are kept: the client may
     * ask for their number and continue.
     *
     * @param start the offset that the client assumes; negative if it states none
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
        // The disk may be full. The number of written bytes is unknown, so the upload cannot
        // continue.
        cancel();
        throw e;
      }
    }

    private void requireSpace() throws IOException {
      Path blob = blobs.path(Digest.sha256(""));
      for (Path place = blob.getParent(); place != null; place = place.getParent()) {
        if (Files.exists(place)) {
          if (Files.getFileStore(place).getUsableSpace() < RESERVED_BYTES) {
            throw new IOException("the disk is nearly full. Free some space and push again.");
          }
          return;
        }
      }
    }

    /** Turns the content into a blob; the upload ends even if the digest is wrong. */
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
