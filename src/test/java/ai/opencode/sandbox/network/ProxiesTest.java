package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

  @TempDir private Path home;

  private Proxies proxies(Map<String, String> properties, Map<String, String> environment) {
    return Proxies.of(
        properties,
        environment,
        () -> MavenSettings.of(Map.of("user.home", home.toString()), environment).proxies());
  }

  private static String of(Proxies proxies, String address) {
    return proxies
        .forAddress(URI.create(address))
        .map(it -> it.host() + ":" + it.port() + " " + it.authorization())
        .orElse("none");
  }

  @Test
  void propertiesCountMoreThanTheEnvironmentAndThatMoreThanMaven() throws Exception {
    Map<String, String> properties =
        Map.of(
            "https.proxyHost", "p.test", "https.proxyPort", "1", "http.nonProxyHosts", "*.corp|x");
    Map<String, String> environment = Map.of("HTTPS_PROXY", "http://e.test:2", "NO_PROXY", "corp");
    maven("<host>m.test</host><port>3</port><nonProxyHosts>*.corp</nonProxyHosts>");

    Proxies first = proxies(properties, environment);
    assertThat(of(first, "https://a.test/")).isEqualTo("p.test:1 null");
    assertThat(of(first, "https://a.corp/")).isEqualTo("none");
    assertThat(of(first, "http://a.test/")).isEqualTo("none");
    Proxies second = proxies(Map.of(), environment);
    assertThat(of(second, "https://a.test/")).isEqualTo("e.test:2 null");
    assertThat(of(second, "https://a.corp/")).isEqualTo("none");
    Proxies third = proxies(Map.of(), Map.of());
    assertThat(of(third, "https://a.test/")).isEqualTo("m.test:3 null");
    assertThat(of(third, "http://a.test/")).isEqualTo("m.test:3 null");
    assertThat(of(third, "http://a.corp/")).isEqualTo("none");
  }

  @Test
  void aProxyThatMavenHasSwitchedOffIsNone() throws Exception {
    maven("<active>false</active><host>m.test</host><port>3</port>");
    assertThat(of(proxies(Map.of(), Map.of()), "https://a.test/")).isEqualTo("none");
  }

  @Test
  void mavensValuesMayComeFromTheEnvironment() throws Exception {
    maven("<host>m.test</host><username>me</username><password>${env.SECRET}</password>");
    assertThat(of(proxies(Map.of(), Map.of("SECRET", "s")), "https://a.test/"))
        .isEqualTo("m.test:8080 " + HttpProxy.basic("me", "s"));
  }

  private void maven(String proxy) throws Exception {
    Path file = Files.createDirectories(home.resolve(".m2")).resolve("settings.xml");
    Files.writeString(
        file,
        "<settings xmlns='http://maven.apache.org/SETTINGS/1.0.0'><proxies><proxy>"
            + proxy
            + "</proxy></proxies></settings>");
  }

  @ParameterizedTest
  @CsvSource({
    "a.example.com, example.com, true",
    "example.com, .example.com, true",
    "example.com, *.example.com, true",
    "notexample.com, example.com, false",
    "10.1.2.3, 10.0.0.0/8, true",
    "11.1.2.3, 10.0.0.0/8, false",
    "a.test, *, true",
    "a.test:8443, a.test:8443, true",
    "a.test, a.test:8443, false",
    "A.TEST, a.test, true",
  })
  void noProxyAsCurlAndGoHaveIt(String host, String exceptions, boolean direct) {
    Proxies proxies =
        proxies(Map.of(), Map.of("HTTPS_PROXY", "http://e.test:2", "NO_PROXY", "z," + exceptions));
    assertThat(of(proxies, "https://" + host + "/").equals("none")).isEqualTo(direct);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "socks5://me:secret@e.test:2",
        "https://me:secret@e.test",
        "http://me:secret@",
        "me:secret@e.test:99999"
      })
  void refusesInvalidProxiesWithoutRepeatingThem(String value) {
    assertThatThrownBy(() -> proxies(Map.of(), Map.of("HTTPS_PROXY", value)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("HTTPS_PROXY")
        .hasMessageNotContaining("secret");
  }
}
