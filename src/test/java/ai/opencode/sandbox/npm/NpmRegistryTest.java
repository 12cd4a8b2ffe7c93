package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpmRegistryTest {

  @TempDir Path folder;

  private final Map<String, String> properties = new TreeMap<>();
  private final Map<String, String> environment = new TreeMap<>();
  private Path project;
  private Path home;
  private Path programs;

  @BeforeEach
  void createDirectories() throws IOException {
    project = Files.createDirectories(folder.resolve("project"));
    home = Files.createDirectories(folder.resolve("home"));
    programs = Files.createDirectories(folder.resolve("machine/bin"));
    environment.put("PATH", "relative:" + programs);
  }

  @Test
  void asksEachPlaceInTurn() throws IOException {
    program("npm", "echo https://installed.example/");
    assertThat(registry("a")).isEqualTo("https://installed.example/");
    program("node", "");
    write(folder.resolve("machine/etc/npmrc"), "registry=https://global.example");
    assertThat(registry("a")).isEqualTo("https://global.example/");
    write(home.resolve(".npmrc"), "registry = https://user.example");
    assertThat(registry("a")).isEqualTo("https://user.example/");
    write(project.resolve(".npmrc"), "registry=https://project.example/npm/");
    assertThat(registry("a")).isEqualTo("https://project.example/npm/");
    environment.put("NPM_CONFIG_REGISTRY", "https://upper.example");
    assertThat(registry("a")).isEqualTo("https://upper.example/");
    environment.put("npm_config_registry", "https://environment.example");
    assertThat(registry("a")).isEqualTo("https://environment.example/");
    properties.put("sandbox.npm.registry", "http://127.0.0.1:4873");
    assertThat(registry("a")).isEqualTo("http://127.0.0.1:4873/");
  }

  @Test
  void namesTheSettingsWhereThereIsNone() {
    assertThatThrownBy(() -> registry("a"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("sandbox.npm.registry")
        .hasMessageContaining("npm_config_registry");
  }

  @Test
  void sendsNoVariableWhereTheProjectWantsIt() throws IOException {
    environment.put("DEPLOY_KEY", "secret");
    environment.put("NPM_TOKEN", "token");
    write(
        project.resolve(".npmrc"),
        """
        registry=https://evil.example/
        @${DEPLOY_KEY}:registry=https://evil.example/
        @scope:registry=https://evil.example/${DEPLOY_KEY}/
        //evil.example/:_authToken=${DEPLOY_KEY}
        //good.example/:_authToken=${NPM_TOKEN}
        """);

    assertThat(registry("a")).isEqualTo("https://evil.example/");
    assertThatThrownBy(() -> registry("@scope/a"))
        .isInstanceOf(UsageException.class)
        .hasMessageNotContaining("secret");
    assertThat(authorization("https://evil.example/a")).isEmpty();
    assertThat(authorization("https://good.example/a")).isEqualTo("Bearer token");
  }

  @Test
  void readsNoOtherFileThatTheProjectNames() throws IOException {
    environment.put("DEPLOY_KEY", "secret");
    Path named =
        write(folder.resolve("named/etc/npmrc"), "registry=https://evil.example/${DEPLOY_KEY}");
    write(
        project.resolve(".npmrc"),
        "prefix=" + folder.resolve("named") + "\nglobalconfig=" + named + "\nuserconfig=" + named);
    program("npm", "echo https://installed.example/");

    assertThat(registry("a")).isEqualTo("https://installed.example/");
  }

  @Test
  void sendsNoCredentialsInClearWhereTheProjectChoseThat() throws IOException {
    write(home.resolve(".npmrc"), "//r.example/:_authToken=token");
    write(project.resolve(".npmrc"), "registry=http://r.example/");

    assertThat(authorization("http://r.example/a/-/a-1.0.0.tgz")).isEmpty();
    assertThat(authorization("https://r.example/a/-/a-1.0.0.tgz")).isEqualTo("Bearer token");
  }

  @Test
  void followsTheSettingsThatMoveTheFiles() throws IOException {
    environment.put("npm_config_userconfig", write(folder.resolve("u"), "prefix=~/p").toString());
    write(home.resolve("p/etc/npmrc"), "registry=https://prefix.example");
    assertThat(registry("a")).isEqualTo("https://prefix.example/");
    write(folder.resolve("g"), "registry=https://moved.example");
    environment.put("npm_config_globalconfig", folder.resolve("g").toString());
    assertThat(registry("a")).isEqualTo("https://moved.example/");
  }

  @Test
  void asksTheRegistryOfAScope() throws IOException {
    write(home.resolve(".npmrc"), "registry=https://r.example\n@s:registry=https://s.example/x");

    assertThat(registry("@s/a")).isEqualTo("https://s.example/x/");
    assertThat(registry("@t/a")).isEqualTo("https://r.example/");
    assertThat(registry("s")).isEqualTo("https://r.example/");
  }

  @Test
  void placesTarballsAsRegistriesDo() {
    properties.put("sandbox.npm.registry", "https://r.example/npm");
    NpmRegistry registry = NpmRegistry.from(settings());

    assertThat(registry.tarball("tsx", "4.0.0"))
        .hasToString("https://r.example/npm/tsx/-/tsx-4.0.0.tgz");
    assertThat(registry.tarball("@s/a", "1.0.0-rc.1+build"))
        .hasToString("https://r.example/npm/@s/a/-/a-1.0.0-rc.1.tgz");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r.example",
        "ftp://r.example",
        "file:///etc",
        "https://user:secret@r.example/",
        "https://r.example/?a",
        "https://",
        "https://r example"
      })
  void refusesInvalidAddressesWithoutRepeatingPasswords(String value) {
    environment.put("npm_config_registry", value);

    assertThatThrownBy(() -> registry("a"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("registry in the environment")
        .hasMessageNotContaining("secret");
  }

  @Test
  void sendsCredentialsToTheirHostAndDirectoryOnly() throws IOException {
    environment.put("TOKEN", "t0ken");
    write(
        home.resolve(".npmrc"),
        """
        //r.example/npm/:_authToken=${TOKEN}
        //basic.example:8443/:_auth = dXNlcjpwYXNz
        //pair.example/:username=user
        //pair.example/:_password="cGFzcw=="
        //unset.example/:_authToken=${NO_SUCH_VARIABLE}
        """);

    assertThat(authorization("https://r.example/npm/a/-/a-1.0.0.tgz")).isEqualTo("Bearer t0ken");
    assertThat(authorization("https://R.example:443/npm/a")).isEqualTo("Bearer t0ken");
    assertThat(authorization("https://basic.example:8443/a")).isEqualTo("Basic dXNlcjpwYXNz");
    assertThat(authorization("https://pair.example/a")).isEqualTo("Basic dXNlcjpwYXNz");
    for (String other :
        new String[] {
          "https://r.example/a",
          "https://r.example/npmx/a",
          "https://r.example:8443/npm/a",
          "https://r.example.evil/npm/a",
          "https://evil.r.example/npm/a",
          "https://basic.example/a",
          "https://unset.example/a",
          "https://cdn.example/npm/a"
        }) {
      assertThat(authorization(other)).as(other).isEmpty();
    }
  }

  @Test
  void doesNotWaitForAnNpmThatHangs() throws IOException {
    Path npm = program("npm", "sleep 60 & sleep 60");
    long start = System.nanoTime();

    assertThat(new InstalledNpm(npm, settings(), Duration.ofMillis(300)).registry()).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void doesNotBelieveAnNpmThatFails() throws IOException {
    Path failing = program("npm", "echo https://r.example/; exit 1");
    assertThat(new InstalledNpm(failing, settings(), Duration.ofSeconds(10)).registry()).isEmpty();
    Path undefined = program("npm", "echo undefined");
    assertThat(new InstalledNpm(undefined, settings(), Duration.ofSeconds(10)).registry())
        .isEmpty();
  }

  private String registry(String name) {
    return NpmRegistry.from(settings()).registry(name).toString();
  }

  private String authorization(String address) {
    return NpmRegistry.from(settings()).authorization(URI.create(address)).orElse("");
  }

  private NpmSettings settings() {
    Map<String, String> complete = new TreeMap<>(environment);
    complete.put("PATH", environment.get("PATH"));
    return new NpmSettings(properties, complete, project, home);
  }

  /** Creates a shell script on the search path. */
  private Path program(String name, String script) throws IOException {
    Path program =
        Files.writeString(
            programs.resolve(name), "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
