package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {

  private final List<String> lookups = new ArrayList<>();

  private Verdict judge(String entries, String host, int port, String... addresses) {
    NameService names =
        name -> {
          lookups.add(name);
          if (addresses.length == 0) {
            throw new UnknownHostException(name);
          }
          List<InetAddress> found = new ArrayList<>();
          for (String each : addresses) {
            found.add(InetAddress.getByName(each));
          }
          return found;
        };
    return new Gate(AllowedHosts.of(entries), names).judge(HostName.of(host).orElseThrow(), port);
  }

  @Test
  void permitsTheAddressesOfANamedHost() {
    Verdict verdict = judge("a.test", "a.test", 443, "1.1.1.1", "2606:4700::1111");

    assertThat(verdict)
        .isEqualTo(
            new Verdict.Permitted(
                List.of(
                    new InetSocketAddress("1.1.1.1", 443),
                    new InetSocketAddress("2606:4700::1111", 443))));
    assertThat(lookups).containsExactly("a.test");
  }

  /** A lookup would carry data to the name servers of any domain. */
  @Test
  void looksNoOtherNameUp() {
    assertThat(judge("a.test,*.b.test", "secret.evil.test", 443, "1.1.1.1"))
        .isEqualTo(new Verdict.Refused(403, "it is not on the list of allowed hosts"));
    judge("a.test", "a.test", 25, "1.1.1.1");
    judge("a.test", "1.1.1.1", 443, "1.1.1.1");

    assertThat(lookups).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1"
      })
  void refusesNamesThatLeadToPrivateAddresses(String address) {
    assertThat(judge("a.test", "a.test", 443, address)).isInstanceOf(Verdict.Refused.class);
    assertThat(judge("*.test.test", "a.test.test", 443, "1.1.1.1", address))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(judge("a.test=private", "a.test", 443, address))
        .isInstanceOf(Verdict.Permitted.class);
  }

  @Test
  void theWordCountsForItsEntryOnly() {
    String entries = "*.b.test,db.b.test:5432=private";

    assertThat(judge(entries, "db.b.test", 5432, "10.0.0.1")).isInstanceOf(Verdict.Permitted.class);
    assertThat(judge(entries, "db.b.test", 443, "10.0.0.1")).isInstanceOf(Verdict.Refused.class);
    assertThat(judge(entries, "x.b.test", 443, "10.0.0.1")).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void connectsToAllowedAddressesWithoutLookup() {
    assertThat(judge("127.0.0.1:80=private", "127.0.0.1", 80))
        .isEqualTo(
            new Verdict.Permitted(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80))));
    assertThat(lookups).isEmpty();
  }

  @Test
  void saysThatANameHasNoAddress() {
    assertThat(judge("a.test", "a.test", 443))
        .isEqualTo(new Verdict.Refused(502, "its name has no address"));
  }

  @Test
  void theEnginesNamesOfThisMachineAreItsLoopback() throws UnknownHostException {
    assertThat(NameService.ofThisMachine().addresses("host.docker.internal"))
        .isNotEmpty()
        .allMatch(InetAddress::isLoopbackAddress);
  }
}
