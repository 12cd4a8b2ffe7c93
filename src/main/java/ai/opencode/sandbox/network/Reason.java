package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;

/** Why there was no answer, in words: the JDK's exceptions often have none. */
final class Reason {

  private Reason() {}

  static String of(IOException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof UnknownHostException || at instanceof UnresolvedAddressException) {
        return "unknown host";
      }
      if (at instanceof CertificateException) {
        return "its certificate is not trusted: "
            + at.getMessage()
            + "; where the authority is your own, name its certificate with --ca-file";
      }
    }
    Throwable at = failure;
    while (at.getMessage() == null && at.getCause() != null) {
      at = at.getCause();
    }
    if (at.getMessage() != null) {
      return at.getMessage();
    }
    return failure instanceof ConnectException
        ? "connection refused"
        : at.getClass().getSimpleName();
  }
}
