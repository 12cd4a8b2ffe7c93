package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Platform;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The variables of an image with certificate authorities of its own. */
class OwnAuthoritiesTest {

  private static final ImageConfig CONFIG = ImageConfig.scratch(Platform.LINUX_AMD64);

  @Test
  void pointToTheBundleOfTrustedCertificates() {
    ImageConfig config = OwnAuthorities.in(CONFIG.withEnvironment(List.of("A=1")));

    assertThat(config.environment())
        .containsExactly(
            "A=1",
            "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
            "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
            "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt");
  }

  @Test
  void keepTheValuesOfAnImage() {
    ImageConfig config =
        OwnAuthorities.in(CONFIG.withEnvironment(List.of("SSL_CERT_FILE=/own", "SSL_CERT_FILES=")));

    assertThat(config.environment())
        .containsExactly(
            "SSL_CERT_FILE=/own",
            "SSL_CERT_FILES=",
            "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
            "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt");
  }
}
