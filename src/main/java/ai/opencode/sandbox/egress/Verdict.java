package ai.opencode.sandbox.egress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** The decision whether a container may connect to the host and port that it asks for. */
sealed interface Verdict {

  /** A reaction to each decision; without one for a new type nothing compiles. */
  interface Cases {

    void of(Permitted verdict) throws IOException;

    void of(Refused verdict) throws IOException;
  }

  /** Runs the case that is this decision's. */
  void in(Cases cases) throws IOException;

  /**
   * The container may connect.
   *
   * @param addresses the addresses of the host to try. They were looked up once, so that the
   *     address that was checked is the one that is used.
   */
  record Permitted(List<InetSocketAddress> addresses) implements Verdict {

    public Permitted {
      addresses = List.copyOf(addresses);
    }

    @Override
    public void in(Cases cases) throws IOException {
      cases.of(this);
    }
  }

  /**
   * The container may not connect.
   *
   * @param status the HTTP status of the answer
   * @param reason a clause about the host, such as {@code it is not on the list of allowed hosts}
   */
  record Refused(int status, String reason) implements Verdict {

    @Override
    public void in(Cases cases) throws IOException {
      cases.of(this);
    }
  }
}
