package ai.opencode.sandbox.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/** The lookup of the IP addresses of host names. */
public interface NameService {

  /**
   * The names by which containers of Docker and Podman know this machine. A container whose only
   * network is a proxy cannot resolve them, so the proxy does.
   */
  Set<String> OF_THIS_MACHINE = Set.of("host.docker.internal", "host.containers.internal");

  /**
   * Looks up a name.
   *
   * @return at least one address
   */
  List<InetAddress> addresses(String name) throws UnknownHostException;

  /**
   * Returns the lookup by this machine's resolver; {@link #OF_THIS_MACHINE} have the addresses of
   * the loopback device.
   */
  static NameService ofThisMachine() {
    return name ->
        OF_THIS_MACHINE.contains(name)
            ? List.of(InetAddress.getAllByName("localhost"))
            : List.of(InetAddress.getAllByName(name));
  }
}
