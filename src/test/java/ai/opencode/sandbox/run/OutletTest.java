package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.SecurityOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with allowed hosts that are refused before an engine is asked. */
class OutletTest {

  private static final RunRequest REQUEST =
      RunRequest.of("image").withAllowedHosts(AllowedHosts.of("a.test"));

  private static void run(RunRequest request) throws Exception {
    new SandboxRun(Progress.silent(), Map.of("DOCKER_HOST", "unix:///no/such.sock"), Path.of("/"))
        .run(request);
  }

  @Test
  void publishesNoPorts() {
    assertThatThrownBy(
            () ->
                run(
                    REQUEST.withEngine(
                        EngineSettings.standard().withPorts(List.of(PublishedPort.of(80))))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot publish ports");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/run/opencode-sandbox", "/run/opencode-sandbox/proxy.sock"})
  void nothingElseIsMountedAtTheSocket(String target) {
    assertThatThrownBy(
            () -> run(REQUEST.withVolumes(List.of(new NamedVolume("volume", target, false)))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("where the socket of the proxy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://127.0.0.1:2375", "https://engine.test:2376"})
  void anEngineOfAnotherMachineIsRefused(String address) {
    assertThatThrownBy(
            () -> Outlet.requireLocal(new EngineAddress(URI.create(address), null, "DOCKER_HOST")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("The container cannot reach the proxy for the allowed hosts")
        .hasMessageContaining("does not run on this Linux machine");
  }

  /** An export or an engine that ignored the hosts would give no network at all. */
  @Test
  void allowedHostsAreWithoutNetwork() {
    SecurityOptions options = REQUEST.options();

    assertThat(options.networkMode()).isEqualTo("none");
    assertThat(options.objections()).isEmpty();
    assertThat(options.withNetworkMode("bridge").allowedHosts()).isNull();
    assertThatThrownBy(() -> SecurityOptions.hardened().withNetworkMode("allow:a.test"))
        .isInstanceOf(UsageException.class);
  }
}
