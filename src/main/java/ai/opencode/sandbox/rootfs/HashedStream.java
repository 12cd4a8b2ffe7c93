package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** A stream with the digest of all that was read and skipped. */
final class HashedStream extends BulkInputStream {

  private final InputStream in;
  private final MessageDigest sha256 = Digest.newSha256();

  HashedStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    int read = in.read(bytes, start, length);
    if (read > 0) {
      sha256.update(bytes, start, read);
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Returns the digest of what was read so far; nothing may be read afterwards. */
  Digest digest() {
    return Digest.from(sha256.digest());
  }
}
