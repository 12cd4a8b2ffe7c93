package ai.opencode.sandbox.engine;

/** An engine did not find what this process holds open for it, so it is on another machine. */
public final class UnseenMountsException extends Exception {

  private static final long serialVersionUID = 1L;

  UnseenMountsException(Throwable cause) {
    super(cause);
  }

  UnseenMountsException(String message) {
    super(message);
  }
}
