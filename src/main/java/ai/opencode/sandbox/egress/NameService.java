package ai.opencode.sandbox.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/** The addresses of names. */
public interface NameService {

  /**
   * Names of this machine that engines give to containers; they have no network to resolve them.
   */
  Set<String> OF_THIS_MACHINE = Set.of("host.docker.internal", "host.containers.internal");

  /**
   * Looks up a name.
   *
   * @return at least one address
   */
  List<InetAddress> addresses(String name) throws UnknownHostException;

  /** Returns the names that this machine resolves, and those of its own loopback device. */
  static NameService ofThisMachine() {
    return name ->
        OF_THIS_MACHINE.contains(name)
            ? List.of(InetAddress.getAllByName("localhost"))
            : List.of(InetAddress.getAllByName(name));
  }
}
