package ai.opencode.sandbox.build;

import ai.opencode.sandbox.install.scripts.LocalCertificates;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The environment variables of an image with certificate authorities of its own. Node.js and
 * Python's requests have their authorities built in, and other programs have several places for
 * them; these variables point all to {@link LocalCertificates#TRUSTED}.
 */
final class OwnAuthorities {

  private static final List<String> NAMES =
      List.of("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE");

  private OwnAuthorities() {}

  /** Returns a configuration with the variables; values that are already set are kept. */
  static ImageConfig in(ImageConfig config) {
    List<String> environment = new ArrayList<>(config.environment());
    for (String name : NAMES) {
      if (environment.stream().noneMatch(line -> line.startsWith(name + "="))) {
        environment.add(name + "=/" + LocalCertificates.TRUSTED);
      }
    }
    return config.withEnvironment(environment);
  }
}
