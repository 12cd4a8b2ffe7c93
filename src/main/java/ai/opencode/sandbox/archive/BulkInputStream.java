package ai.opencode.sandbox.archive;

import java.io.IOException;
import java.io.InputStream;

/**
 * A base class for streams that define only the reading of many bytes; a single byte is read the
 * same way.
 */
public abstract class BulkInputStream extends InputStream {

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public abstract int read(byte[] bytes, int start, int length) throws IOException;
}
