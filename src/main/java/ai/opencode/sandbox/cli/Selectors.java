package ai.opencode.sandbox.cli;

/**
 * The threads in which HTTP clients wait for sockets. At its end, the JVM waits up to 0.3 seconds
 * for threads in native code, and these stay there: before Java 21, a client cannot be closed.
 */
final class Selectors {

  private static final long PATIENCE_MILLIS = 50;

  private Selectors() {}

  /** Interrupts these threads, in a process that is about to end. */
  static void end() {
    Thread[] threads = new Thread[2 * Thread.activeCount() + 8];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (threads[i].getName().endsWith("-SelectorManager")) {
        threads[i].interrupt();
      }
    }
    try {
      for (int i = 0; i < count; i++) {
        if (threads[i].getName().endsWith("-SelectorManager")) {
          threads[i].join(PATIENCE_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
