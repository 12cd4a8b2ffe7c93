package ai.opencode.sandbox.registry.server;

import java.io.IOException;

/** What came over a connection is not HTTP as we read it; the connection ends with it. */
public final class MalformedRequestException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  MalformedRequestException(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
