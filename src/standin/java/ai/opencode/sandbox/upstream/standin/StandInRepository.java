package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.oci.Descriptor;
import java.nio.file.Path;

/**
 * A finished stand-in.
 *
 * @param directory an Alpine repository: {@code <architecture>/APKINDEX.tar.gz} and the packages
 *     beside it; immutable
 * @param keyName name of the public key's file under {@code /etc/apk/keys}
 * @param publicKeyPem the key that signed the index
 * @param baseLayout directory of an OCI layout that contains the base image
 * @param baseImage the base image's manifest in that layout
 */
public record StandInRepository(
    Path directory, String keyName, byte[] publicKeyPem, Path baseLayout, Descriptor baseImage) {

  /** The name of the base image in its layout. */
  public static final String BASE_NAME = "opencode-sandbox-stand-in-base";

  public StandInRepository {
    publicKeyPem = publicKeyPem.clone();
  }
}
