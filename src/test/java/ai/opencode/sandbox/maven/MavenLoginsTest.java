package ai.opencode.sandbox.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.Credentials;
import java.util.List;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsProblem;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;
import org.junit.jupiter.api.Test;

class MavenLoginsTest {

  private static final Reference IMAGE = Reference.of("registry.example:5000/team/tools:1");

  private static Server server(String password) {
    Server server = new Server();
    server.setId("registry.example:5000");
    server.setUsername("robot");
    server.setPassword(password);
    return server;
  }

  /** The answer of Maven's own decrypter. */
  private record Decrypted(Server server, List<SettingsProblem> problems)
      implements SettingsDecryptionResult {

    @Override
    public Server getServer() {
      return server;
    }

    @Override
    public List<Server> getServers() {
      return List.of(server);
    }

    @Override
    public Proxy getProxy() {
      return new Proxy();
    }

    @Override
    public List<Proxy> getProxies() {
      return List.of();
    }

    @Override
    public List<SettingsProblem> getProblems() {
      return problems;
    }
  }

  private static MavenLogins logins(List<SettingsProblem> problems) {
    Settings settings = new Settings();
    settings.addServer(server("{encrypted}"));
    return new MavenLogins(settings, request -> new Decrypted(server("s3cret"), problems));
  }

  @Test
  void namesAVariableThatIsNotSet() {
    Settings settings = new Settings();
    settings.addServer(server("${env.ACME_PASSWORD}"));
    MavenLogins logins =
        new MavenLogins(settings, request -> new Decrypted(server("s3cret"), List.of()));

    assertThatThrownBy(() -> logins.find(IMAGE))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("is ${env.ACME_PASSWORD}, which is not set. Set it.");
  }

  @Test
  void aServerIsDecrypted() {
    Credentials found = logins(List.of()).find(IMAGE).orElseThrow();

    assertThat(found.user() + ":" + found.secret()).isEqualTo("robot:s3cret");
  }

  @Test
  void onlyTheRegistryOfTheServerGetsItsPassword() {
    assertThat(logins(List.of()).find(Reference.of("registry.example/team/tools:1"))).isEmpty();
  }

  @Test
  void aPasswordThatCannotBeDecryptedIsNotSent() {
    SettingsProblem problem =
        new DefaultSettingsProblem(
            "no master password", SettingsProblem.Severity.ERROR, "settings.xml", 1, 1, null);

    assertThatThrownBy(() -> logins(List.of(problem)).find(IMAGE))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("no master password")
        .hasMessageEndingWith("settings-security.xml.");
  }
}
