package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NearAddressTest {

  private static final URI MIRROR = URI.create("http://mirror.example/alpine");
  private static final URI HERE = URI.create("http://127.0.0.1:8080/npm");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/delete?all=1",
        "http://127.9.8.7:2375/",
        "http://2130706433/",
        "http://0.0.0.0:80/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "https://a.localhost/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
      })
  void aServerElsewhereMayNotSendUsToThisMachineOrItsLink(String address) {
    assertThat(NearAddress.mayLead(MIRROR, URI.create(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://169.254.169.254/latest/meta-data", "http://[fe80::1]/"})
  void aServerOfThisMachineMayNotSendUsToItsLink(String address) {
    assertThat(NearAddress.mayLead(HERE, URI.create(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:9000/",
        "http://[::1]/",
        "https://cdn.example/",
        "http://10.1.2.3/",
      })
  void aServerOfThisMachineMaySendUsToAnotherAndElsewhere(String address) {
    assertThat(NearAddress.mayLead(HERE, URI.create(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://cdn.example/", "http://10.1.2.3/", "https://[2001:db8::1]/"})
  void aServerElsewhereMaySendUsElsewhere(String address) {
    assertThat(NearAddress.mayLead(MIRROR, URI.create(address))).isTrue();
  }
}
