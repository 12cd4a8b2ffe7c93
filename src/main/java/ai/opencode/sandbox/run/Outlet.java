package ai.opencode.sandbox.run;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.egress.EgressProxy;
import ai.opencode.sandbox.egress.NameService;
import ai.opencode.sandbox.egress.ProxyVariables;
import ai.opencode.sandbox.engine.Ending;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.ImageStart;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import com.github.dockerjava.api.command.CreateContainerCmd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The connection of a container, which has no network, to the hosts that it is allowed to reach. A
 * proxy in this process connects to the hosts. The proxy's Unix socket is mounted in the container.
 * There a program of the image, the relay, connects the socket with a port of the loopback device,
 * to which programs in the container send their requests. The relay is started by the image's start
 * step, which runs before the command.
 */
final class Outlet implements AutoCloseable {

  /** The program in the image that connects the socket with a port of the container's loopback. */
  static final String RELAY = "/usr/local/lib/opencode-sandbox/relay.cjs";

  /** The beginning of the entrypoint: an init program, and the start step that starts the relay. */
  private static final List<String> START =
      List.of("/sbin/tini", "--", "/usr/local/lib/opencode-sandbox/start");

  private static final String DIRECTORY = "/run/opencode-sandbox";
  static final String SOCKET_NAME = "proxy.sock";
  private static final String SOCKET = DIRECTORY + "/" + SOCKET_NAME;

  /** The variable that makes the start step start the relay. */
  static final String SOCKET_VARIABLE = "OPENCODE_SANDBOX_PROXY=" + SOCKET;

  /** The exit code of a start step that could not start the relay. */
  private static final int NOT_STARTED = 125;

  /** The variables by which programs in the container find the relay. */
  static final List<String> VARIABLES =
      ProxyVariables.of("127.0.0.1:3128").entrySet().stream()
          .map(each -> each.getKey() + "=" + each.getValue())
          .toList();

  private final EgressProxy proxy;

  private Outlet(EgressProxy proxy) {
    this.proxy = proxy;
  }

  /**
   * Refuses a request that cannot have allowed hosts.
   *
   * @throws UsageException if the request publishes ports, or mounts something at the path of the
   *     proxy's socket
   */
  static void requirePossible(RunRequest request) {
    if (!request.engine().ports().isEmpty()) {
      throw new UsageException(
          "A container with allowed hosts has no network of its own, so it cannot publish ports."
              + " Leave the ports or the allowed hosts out.");
    }
    Stream.concat(
            request.mounts().stream().map(HostMount::target),
            request.hostFiles().volumes().stream().map(NamedVolume::target))
        .filter(each -> each.equals(DIRECTORY) || each.startsWith(DIRECTORY + "/"))
        .findFirst()
        .ifPresent(
            target -> {
              throw new UsageException(
                  "Cannot mount anything at "
                      + target
                      + ", where the socket of the proxy for the allowed hosts is. Use another"
                      + " target.");
            });
  }

  /**
   * Starts the proxy.
   *
   * @throws UsageException if the engine cannot mount a socket of this machine
   */
  static Outlet open(AllowedHosts hosts, NameService names, Engine engine, Progress progress)
      throws IOException {
    requireLocal(engine.address());
    return new Outlet(EgressProxy.open(hosts, names, progress::warn));
  }

  /**
   * Checks that an engine is on this machine.
   *
   * @throws UsageException if the engine is, or may be, on another machine or in a virtual machine
   */
  static void requireLocal(EngineAddress engine) {
    if (!engine.isUnixSocket() || !System.getProperty("os.name", "").equals("Linux")) {
      throw new UsageException(
          unreachable("the engine at " + engine + " does not run on this Linux machine"));
    }
  }

  /**
   * Returns the message that a container cannot reach the proxy.
   *
   * @param reason a clause
   */
  static String unreachable(String reason) {
    return "The container cannot reach the proxy for the allowed hosts, a Unix socket of this"
        + " machine ("
        + reason
        + "). Use Docker or Podman on this machine, outside of a virtual machine, or network"
        + " \"none\".";
  }

  ResolvedMount mount() throws IOException {
    return ResolvedMount.of(proxy.socket(), SOCKET, true);
  }

  /**
   * Sets the command line of a container: the start step, then the image's entrypoint, then the
   * command of the request, or that of the image if the request has none.
   */
  static void start(ImageStart image, List<String> command, CreateContainerCmd create) {
    List<String> entrypoint = new ArrayList<>(START);
    List<String> own = image.entrypoint();
    boolean known = own.size() >= START.size() && own.subList(0, START.size()).equals(START);
    entrypoint.addAll(known ? own.subList(START.size(), own.size()) : own);
    create.withEntrypoint(entrypoint).withCmd(command.isEmpty() ? image.command() : command);
  }

  /**
   * Checks, after a container has ended, that it could reach the proxy.
   *
   * @throws UsageException if the container ended because its socket does not lead to the proxy
   */
  void requireUsed(Ending ending) {
    if (ending.exitCode() == NOT_STARTED && !ending.timedOut() && !proxy.wasReached()) {
      throw new UsageException(
          unreachable("its runtime or the system's access policy does not let it connect"));
    }
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
