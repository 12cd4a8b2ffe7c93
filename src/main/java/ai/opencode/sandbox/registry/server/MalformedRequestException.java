package ai.opencode.sandbox.registry.server;

import java.io.IOException;

/** A failure because the received bytes are not valid HTTP; the connection is closed afterwards. */
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
