package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.engine.EnginePort;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.run.PublishedPort.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedPortTest {

  @ParameterizedTest
  @CsvSource({
    "8080, 127.0.0.1, 8080, 8080, TCP",
    "8080/udp, 127.0.0.1, 8080, 8080, UDP",
    "80:8080, 127.0.0.1, 80, 8080, TCP",
    "0:8080/tcp, 127.0.0.1, 0, 8080, TCP",
    "127.0.0.2:80:8080, 127.0.0.2, 80, 8080, TCP",
    "0.0.0.0:80:8080, 0.0.0.0, 80, 8080, TCP",
    "'[::1]:80:8080', 0:0:0:0:0:0:0:1, 80, 8080, TCP",
    "'[::]:80:8080/udp', 0:0:0:0:0:0:0:0, 80, 8080, UDP",
    "'[::ffff:127.0.0.1]:80:8080', 127.0.0.1, 80, 8080, TCP",
    "65535:1, 127.0.0.1, 65535, 1, TCP"
  })
  void meansLoopbackUnlessAnAddressIsGiven(
      String text, String address, int hostPort, int port, Protocol protocol) {
    assertThat(PublishedPort.of(text))
        .isEqualTo(new PublishedPort(address, hostPort, port, protocol));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":8080",
        "::8080",
        ":80:8080",
        "80:",
        "a",
        "-1",
        "+80",
        "0",
        "80:0",
        "65536",
        "99999:80",
        "80:65536",
        "8000-8010",
        "80:80-90",
        "localhost:80:80",
        "*:80:80",
        "0:80:80",
        "1:80:80",
        "127.1:80:80",
        "0127.0.0.1:80:80",
        "127.0.0.256:80:80",
        "127.0.0.1:8080",
        "127.0.0.1::80",
        "127.0.0.1:80",
        "::1:80:80",
        "[::1]",
        "[::1]:80",
        "[]:80:80",
        "[127.0.0.1]:80",
        "[::1%lo]:80:80",
        "[fe80::1%eth0]:80:80",
        "[example]:80:80",
        "80/sctp",
        "80/TCP",
        "80 ",
        " 80",
        "80\n",
        "8٠",
        "0x50",
        "2130706433:80:80",
        "[::g]:80:80",
        "[::1]x:80:80",
        "0.0.0.0.0:80:80"
      })
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> PublishedPort.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(". Use ");
  }

  @ParameterizedTest
  @CsvSource({
    "8080, true",
    "127.9.9.9:1:1, true",
    "'[::1]:1:1', true",
    "0.0.0.0:1:1, false",
    "'[::]:1:1', false",
    "'[::ffff:0.0.0.0]:1:1', false",
    "192.0.2.1:1:1, false",
    "169.254.1.1:1:1, false"
  })
  void knowsAddressesThatOtherMachinesReach(String text, boolean loopback) {
    assertThat(PublishedPort.of(text).isLoopback()).isEqualTo(loopback);
  }

  @Test
  void alwaysGivesTheEngineAnAddress() {
    assertThat(PublishedPort.of(8080).ofEngine())
        .isEqualTo(new EnginePort("127.0.0.1", 8080, 8080, "tcp"));
    assertThat(PublishedPort.of("0:80/udp").ofEngine().binding().getBinding())
        .hasToString("127.0.0.1:");
  }
}
