package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not public keys, and names that apk could not read. */
class RepositoryKeyTest {

  private static final ASigningKey KEY = ASigningKey.fixed("acme.rsa.pub");
  private static final String PEM = new String(KEY.pem(), StandardCharsets.US_ASCII);

  @Test
  void hasOneFormForEveryFormattingOfAKey() {
    RepositoryKey key = new RepositoryKey("a.pub", PEM);

    assertThat(new RepositoryKey("a.pub", "\n" + PEM.replace("\n", "\r\n"))).isEqualTo(key);
    assertThat(new RepositoryKey("a.pub", key.pem())).isEqualTo(key);
    assertThat(key.pem()).startsWith("-----BEGIN PUBLIC KEY-----\n").endsWith("KEY-----\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        ".pub",
        "a.pub.gz",
        "../a.pub",
        "a/b.pub",
        ".a.pub",
        "-a.pub",
        "a b.pub",
        "a\n.pub",
        "\u00e4.pub"
      })
  void refusesNames(String name) {
    assertThatThrownBy(() -> new RepositoryKey(name, PEM))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot name a key");
  }

  @Test
  void refusesOtherKeys() throws Exception {
    assertThat(refusal(pem("EC", 256))).contains("is not an RSA public key");
    assertThat(refusal(pem("RSA", 1024))).contains("1024 bits");
    assertThat(refusal("")).contains("is not an RSA public key");
    assertThat(refusal(PEM + PEM)).contains("is not an RSA public key");
    assertThat(refusal("# a comment\n" + PEM)).contains("is not an RSA public key");
    assertThat(refusal(PEM.substring(0, 80) + PEM.substring(90))).contains("is not an RSA");
    assertThat(refusal(" ".repeat(1 << 22))).contains("is not an RSA");
    assertThat(refusal("-----BEGIN PUBLIC KEY-----" + " ".repeat(60_000)))
        .contains("is not an RSA");
    assertThat(refusal("-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----")).contains("is not an RSA");
    assertThat(refusal(PEM.replace("\n", "\n ").strip())).contains("is not an RSA");
    assertThat(refusal("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n"))
        .contains("private key");
  }

  private static String pem(String algorithm, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getEncoder().encodeToString(generator.generateKeyPair().getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  private static String refusal(String text) {
    try {
      return new RepositoryKey("a.pub", text).toString();
    } catch (UsageException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void readsFilesOfTheSizeOfAKey(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("acme.rsa.pub"), KEY.pem());
    assertThat(RepositoryKey.read(file).name()).isEqualTo("acme.rsa.pub");

    Files.writeString(file, PEM + " ".repeat(1 << 16));
    assertThatThrownBy(() -> RepositoryKey.read(file)).hasMessageContaining("is larger");
    assertThatThrownBy(() -> RepositoryKey.read(directory))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no key file");
    assertThatThrownBy(() -> RepositoryKey.read(directory.resolve("none.pub")))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> RepositoryKey.read(Path.of("/"))).isInstanceOf(UsageException.class);
  }
}
