package ai.opencode.sandbox.build;

import ai.opencode.sandbox.oci.ImageConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The environment of an image that trusts certificate authorities of its own. Node.js has its
 * authorities built in and reads the bundle only where a variable names it; other programs look at
 * places of their own unless one does.
 */
final class OwnAuthorities {

  private static final String BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
  private static final List<String> NAMES = List.of("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE");

  private OwnAuthorities() {}

  /** A configuration in which the variables are set; one that is set already stays. */
  static ImageConfig in(ImageConfig config) {
    List<String> environment = new ArrayList<>(config.environment());
    for (String name : NAMES) {
      if (environment.stream().noneMatch(line -> line.startsWith(name + "="))) {
        environment.add(name + "=" + BUNDLE);
      }
    }
    return config.withEnvironment(environment);
  }
}
