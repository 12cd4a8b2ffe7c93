package ai.opencode.sandbox.network;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.io.InputStream;

/** The body of an answer in a coding that cannot be undone: it may be closed, but not read. */
final class RefusedBody extends BulkInputStream {

  private final InputStream in;
  private final String coding;

  RefusedBody(InputStream in, String coding) {
    this.in = in;
    this.coding = coding;
  }

  /**
   * @throws NetworkException always
   */
  @Override
  public int read(byte[] bytes, int start, int length) {
    throw new NetworkException(
        "An answer came in the content coding "
            + coding
            + ", which was not asked for and cannot be undone; have the server, or the proxy before"
            + " it, send content as it is");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
