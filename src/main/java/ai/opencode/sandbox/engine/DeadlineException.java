package ai.opencode.sandbox.engine;

/** Signals that the deadline of a run is over before its container has started. */
public final class DeadlineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DeadlineException() {
    super("the deadline is over");
  }
}
