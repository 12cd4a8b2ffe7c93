package ai.opencode.sandbox.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports that an engine publishes otherwise than it was asked to. */
class PortCheckTest {

  private static final EnginePort FIXED = new EnginePort("127.0.0.1", 8080, 80, "tcp");
  private static final EnginePort FREE = new EnginePort("127.0.0.1", 0, 81, "tcp");

  private final List<String> said = new ArrayList<>();

  private void check(String ports) throws IOException {
    Progress progress =
        new AProgress() {
          @Override
          public void step(String stage, String detail) {
            said.add(stage + " " + detail);
          }

          @Override
          public void done(String stage, String detail) {}

          @Override
          public void warn(String sentence) {}
        };
    new PortCheck(List.of(FIXED, FREE), progress)
        .requirePublished(
            new ObjectMapper()
                .readValue(
                    "{\"NetworkSettings\":{\"Ports\":" + ports + "}}",
                    InspectContainerResponse.class));
  }

  @Test
  void takesWhatWasAskedForAndTellsAFreePort() throws IOException {
    check(
        """
        {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}],
         "81/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}],
         "90/tcp": null}
        """);

    assertThat(said).containsExactly("publish 127.0.0.1 port 32768 is port 81 of the container");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"80/tcp\": [{\"HostIp\": \"0.0.0.0\", \"HostPort\": \"8080\"}]}",
        "{\"80/tcp\": [{\"HostIp\": \"\", \"HostPort\": \"8080\"}]}",
        "{\"80/tcp\": [{\"HostIp\": \"::\", \"HostPort\": \"8080\"}]}",
        "{\"80/tcp\": [{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"8081\"}]}",
        "{\"80/udp\": [{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"8080\"}]}",
        "{\"81/tcp\": [{\"HostIp\": \"0.0.0.0\", \"HostPort\": \"32768\"}]}",
        "{\"90/tcp\": [{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"90\"}]}",
        "{\"80/tcp\": [{\"HostIp\": \"127.0.0.1\", \"HostPort\": \"8080\"},"
            + " {\"HostIp\": \"0.0.0.0\", \"HostPort\": \"8080\"}]}"
      })
  void refusesEveryOtherAddressAndPort(String ports) {
    assertThatThrownBy(() -> check(ports))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(
            "The container was killed during its start: the engine published port");
  }

  @Test
  void knowsAnAddressInItsOtherForms() throws IOException {
    for (String shown : List.of("::1", "0:0:0:0:0:0:0:1", "0000::0001")) {
      new PortCheck(List.of(new EnginePort("0:0:0:0:0:0:0:1", 8080, 80, "tcp")), Progress.silent())
          .requirePublished(
              new ObjectMapper()
                  .readValue(
                      "{\"NetworkSettings\":{\"Ports\":{\"80/tcp\":[{\"HostIp\":\""
                          + shown
                          + "\",\"HostPort\":\"8080\"}]}}}",
                      InspectContainerResponse.class));
    }
  }

  @Test
  void takesAContainerThatHasEnded() throws IOException {
    check("{}");
    check("null");

    assertThat(said).isEmpty();
  }
}
