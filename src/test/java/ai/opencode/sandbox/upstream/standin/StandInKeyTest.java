package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class StandInKeyTest {

  /** Another key would change the digest of every stand-in image. */
  private static final String PUBLIC_KEY =
      "63868b40bdee5e6474dc2cdf2566c6edc0cbc0c91a36bd21482d5c8870cca632";

  @Test
  void isTheSameKeyOnEveryMachine() {
    assertThat(Digest.sha256(StandInKey.derive().publicKeyPem()).hex()).isEqualTo(PUBLIC_KEY);
  }

  @Test
  void signaturesMatchThePublicKey() throws Exception {
    StandInKey key = StandInKey.derive();
    byte[] content = "content".getBytes(StandardCharsets.UTF_8);
    String pem = new String(key.publicKeyPem(), StandardCharsets.US_ASCII);
    byte[] encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));

    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(
        KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded)));
    verifier.update(content);

    assertThat(verifier.verify(key.sign(content))).isTrue();
    assertThat(key.sign(content)).isEqualTo(StandInKey.derive().sign(content));
  }
}
