package ai.opencode.sandbox.engine;

/**
 * Signals that an engine does not see the directories that this process holds open for it, for
 * instance because the engine runs on another machine.
 */
public final class UnseenMountsException extends Exception {

  private static final long serialVersionUID = 1L;

  UnseenMountsException(Throwable cause) {
    super(cause);
  }

  UnseenMountsException(String message) {
    super(message);
  }
}
