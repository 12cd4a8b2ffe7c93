package ai.opencode.sandbox.registry.server;

/**
 * A failure because the registry refuses a request, with the specification's code for the reason.
 */
final class ProtocolException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  ProtocolException(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  Answer answer() {
    return Answer.error(status, code, String.valueOf(getMessage()));
  }
}
