package ai.opencode.sandbox.egress;

import java.net.InetSocketAddress;
import java.util.List;

/** The decision about a host and port that a container asks for. */
sealed interface Verdict {

  /**
   * The host may be reached.
   *
   * @param addresses of the host, looked up once; no other one is connected to
   */
  record Permitted(List<InetSocketAddress> addresses) implements Verdict {

    public Permitted {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * The host is not reached.
   *
   * @param status of the answer in HTTP
   * @param reason a clause
   */
  record Refused(int status, String reason) implements Verdict {}
}
