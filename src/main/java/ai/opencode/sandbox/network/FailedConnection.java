package ai.opencode.sandbox.network;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;

/**
 * The reason for a failed connection in words, because the JDK's exceptions often have no message.
 */
final class FailedConnection {

  private FailedConnection() {}

  static String reason(IOException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof UnknownHostException || at instanceof UnresolvedAddressException) {
        return "unknown host";
      }
      if (at instanceof CertificateException) {
        return "its certificate is not trusted: "
            + at.getMessage()
            + " (trust your own authority with --ca-file)";
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
