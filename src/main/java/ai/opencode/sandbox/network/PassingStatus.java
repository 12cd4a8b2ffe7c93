package ai.opencode.sandbox.network;

import java.util.Set;

/**
 * The HTTP statuses of temporary failures, after which downloads, uploads and other requests to
 * registries are repeated.
 */
public final class PassingStatus {

  /**
   * Client errors that another request may not meet. A server or a proxy gives 499 to a request
   * whose connection ended early, and a proxy in between may pass this answer on to the client.
   */
  private static final Set<Integer> OF_CLIENTS = Set.of(408, 425, 429, 499);

  /** Server errors that say what a server cannot do at all. */
  private static final Set<Integer> LASTING = Set.of(501, 505);

  private PassingStatus() {}

  /** Returns whether a status may be temporary. */
  public static boolean includes(int status) {
    return OF_CLIENTS.contains(status)
        || (status >= 500 && status <= 599 && !LASTING.contains(status));
  }
}
