package ai.opencode.sandbox.network;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.io.InputStream;

/** The body of a response in an unknown content coding, which can be closed but not read. */
final class RefusedBody extends BulkInputStream {

  private final InputStream in;
  private final String coding;

  RefusedBody(InputStream in, String coding) {
    this.in = in;
    this.coding = coding;
  }

  /**
   * Fails.
   *
   * @throws NetworkException always
   */
  @Override
  public int read(byte[] bytes, int start, int length) {
    throw new NetworkException(
        "A response has the content coding "
            + coding
            + ", which this program did not request and cannot decode. Configure the server, or the"
            + " proxy before it, to send content unchanged.");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
