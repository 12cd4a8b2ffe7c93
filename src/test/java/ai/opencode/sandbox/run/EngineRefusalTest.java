package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import com.github.dockerjava.api.exception.DockerException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of Docker 20.10 and Podman 4.3, told in the words of the request. */
class EngineRefusalTest {

  private static final RunRequest REQUEST =
      RunRequest.of("image")
          .withWorkingDirectory("/srv/app")
          .withEngine(
              EngineSettings.standard()
                  .withName("myname")
                  .withRuntime("kata")
                  .withPorts(List.of(PublishedPort.of(8080))));

  private static RuntimeException of(RunRequest request, String message) {
    return EngineRefusal.of(request, new DockerException(message, 500));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Conflict. The container name \"/myname\" is already in use by container \"1\" | already"
            + " has a container",
        "the container name \"myname\" is already in use by 1 | already has a container",
        "endpoint myname (1): Bind for 127.0.0.1:8080 failed: port is already allocated | publish a"
            + " port",
        "endpoint myname: listen tcp4 127.0.0.1:8080: bind: address already in use | publish a"
            + " port",
        "rootlessport cannot expose privileged port 80: bind: permission denied | publish a port",
        "listen tcp4 192.0.2.1:80: bind: cannot assign requested address | publish a port",
        "Cannot mkdir: /srv/app is not a directory | cannot work in /srv/app",
        "workdir \"/srv/app\" does not exist on container 1 | cannot work in /srv/app",
        "chdir to cwd (\"/srv/app\") failed: permission denied | cannot work in /srv/app",
        "Unknown runtime specified kata | with the runtime kata",
      })
  void isAUsageErrorWithARemedy(String message, String words) {
    assertThat(of(REQUEST, message))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(words)
        .hasMessageContaining(". ")
        .hasMessageEndingWith(".");
  }

  @Test
  void aSocketThatTheEngineDoesNotSeeIsExplained() {
    RunRequest request = RunRequest.of("image").withAllowedHosts(AllowedHosts.of("a.test"));

    assertThat(
            of(
                request,
                "invalid mount config for type \"bind\": bind source path does not exist:"
                    + " /tmp/opencode-sandbox-egress1/proxy.sock"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot reach the proxy for the allowed hosts")
        .hasMessageContaining("does not exist");
  }

  @Test
  void blamesNoOptionThatIsNotGiven() {
    RunRequest plain = RunRequest.of("image");

    assertThat(of(plain, "port is already allocated")).isInstanceOf(NetworkException.class);
    assertThat(of(plain, "container name is already in use")).isInstanceOf(NetworkException.class);
    assertThat(of(REQUEST, "open /var/lib/x: permission denied"))
        .isInstanceOf(NetworkException.class);
    assertThat(of(REQUEST, "mount /a: not a directory")).isInstanceOf(NetworkException.class);
  }
}
