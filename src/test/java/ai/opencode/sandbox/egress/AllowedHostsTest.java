package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of allowed hosts, and the hosts that an entry names. */
class AllowedHostsTest {

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com",
    "EXAMPLE.com., example.com",
    "example.com:8080, example.com:8080",
    "*.example.com, *.example.com",
    "*.Example.com:443=private, *.example.com:443=private",
    "xn--bcher-kva.example, xn--bcher-kva.example",
    "build_host, build_host",
    "localhost:11434=private, localhost:11434=private",
    "8.8.8.8:53, 8.8.8.8:53",
    "10.0.0.1=private, 10.0.0.1=private",
    "[2a00:1450:4001::1]:443, [2a00:1450:4001:0:0:0:0:1]:443",
    "[::1]:80=private, [0:0:0:0:0:0:0:1]:80=private",
  })
  void readsEntries(String text, String canonical) {
    AllowedHost host = AllowedHost.of(text);

    assertThat(host).hasToString(canonical);
    assertThat(AllowedHost.of(canonical)).isEqualTo(host);
  }

  @Test
  void meansHttpAndHttpsWithoutPort() {
    assertThat(AllowedHost.of("example.com").ports()).containsExactlyInAnyOrder(80, 443);
    assertThat(AllowedHost.named("example.com")).isEqualTo(AllowedHost.of("example.com"));
    assertThat(new AllowedHost("a.test", Set.of(80, 8080), true))
        .hasToString("a.test:80=private,a.test:8080=private");
  }

  @Test
  void readsListsWithAndWithoutThePrefix() {
    AllowedHosts hosts = AllowedHosts.of("allow:a.test, *.b.test:1,10.0.0.1=private");

    assertThat(hosts).hasToString("a.test,*.b.test:1,10.0.0.1=private");
    assertThat(AllowedHosts.of(hosts.toString())).isEqualTo(hosts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*.",
        "*.com",
        "*.10.0.0.1",
        "a.*.test",
        "**.example.com",
        "*example.com",
        ".example.com",
        "a..test",
        "-a.test",
        "a-.test",
        "a b",
        "a.test:",
        "a.test:0",
        "a.test:65536",
        "a.test:http",
        "a.test:80:80",
        "a.test=public",
        "a.test=private=private",
        "https://a.test",
        "a.test/path",
        "user@a.test",
        "bücher.example",
        "a\u0000.test",
        "a\n.test",
        "a.test\r",
        // Forms of 127.0.0.1 for Java, C or browsers.
        "2130706433=private",
        "127.1=private",
        "0x7f.0.0.1=private",
        "0x7f000001=private",
        "0177.0.0.1=private",
        "127.0.0.01=private",
        "127.0.0.1.=private",
        "256.1.1.1",
        "1.2.3",
        "::1=private",
        "[::1%lo]=private",
        "[12345::]",
        "[::1",
        "a,b",
      })
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> AllowedHost.of(text)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.test,", ",a.test", "allow:", "allow:allow:a.test"})
  void refusesListsWithAnEmptyEntry(String text) {
    assertThatThrownBy(() -> AllowedHosts.of(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void refusesNoHostAndTooMany() {
    AllowedHost host = AllowedHost.named("a.test");

    assertThatThrownBy(() -> new AllowedHosts(List.of())).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new AllowedHosts(Collections.nCopies(1001, host)))
        .isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "10.1.2.3:80", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]"})
  void privateAddressesNeedTheWord(String text) {
    assertThatThrownBy(() -> AllowedHost.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("=private if the container may connect to it");
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, 443, true",
    "example.com, EXAMPLE.COM., 80, true",
    "example.com, example.com, 8080, false",
    "example.com, www.example.com, 443, false",
    "example.com, notexample.com, 443, false",
    "example.com, example.com.evil.test, 443, false",
    "example.com:8080, example.com, 443, false",
    "*.example.com, www.example.com, 443, true",
    "*.example.com, a.b.example.com, 443, true",
    "*.example.com, example.com, 443, false",
    "*.example.com, evilexample.com, 443, false",
    "*.example.com, 8.8.8.8, 443, false",
    "8.8.8.8, 8.8.8.8, 443, true",
    "8.8.8.8, [::ffff:8.8.8.8], 443, true",
    "8.8.8.8, dns.google, 443, false",
    "dns.google, 8.8.8.8, 443, false",
    "[2a00:1450::1], [2A00:1450:0::1], 443, true",
  })
  void namesHosts(String entry, String host, int port, boolean named) {
    assertThat(AllowedHost.of(entry).names(HostName.of(host).orElseThrow(), port)).isEqualTo(named);
  }
}
