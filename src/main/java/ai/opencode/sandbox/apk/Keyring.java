package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The public keys that are trusted to sign packages and package indexes, by their file name in
 * {@code /etc/apk/keys}. A signature names its key, but names are not unique: only a key in this
 * ring is trusted, never another key of the same name.
 */
public final class Keyring {

  private static final int MAX_KEY_BYTES = 1 << 16;

  private final Map<String, PublicKey> keys;

  private Keyring(Map<String, PublicKey> keys) {
    this.keys = Collections.unmodifiableMap(new TreeMap<>(keys));
  }

  /**
   * Parses public keys in PEM form (SubjectPublicKeyInfo, RSA).
   *
   * @param pemByName the content of each key file, by file name
   * @throws VerificationException if a file is not an RSA public key in this form
   */
  public static Keyring of(Map<String, byte[]> pemByName) {
    Map<String, PublicKey> keys = new TreeMap<>();
    pemByName.forEach((name, pem) -> keys.put(name, parse(name, pem)));
    return new Keyring(keys);
  }

  /**
   * Reads the {@code *.pub} files of a directory like {@code /etc/apk/keys}; those that are too
   * large for a key are ignored.
   */
  public static Keyring from(Path directory) throws IOException {
    Map<String, byte[]> pems = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (name.endsWith(".pub") && Files.size(file) <= MAX_KEY_BYTES) {
          pems.put(name, Files.readAllBytes(file));
        }
      }
    }
    return of(pems);
  }

  public Set<String> names() {
    return keys.keySet();
  }

  /**
   * Returns the fingerprint of each key by the key's name: the SHA-256 of the SubjectPublicKeyInfo,
   * which does not depend on the formatting of the PEM file.
   */
  public SortedMap<String, Digest> fingerprints() {
    SortedMap<String, Digest> fingerprints = new TreeMap<>();
    keys.forEach((name, key) -> fingerprints.put(name, Digest.sha256(key.getEncoded())));
    return fingerprints;
  }

  @Nullable PublicKey get(String name) {
    return keys.get(name);
  }

  private static PublicKey parse(String name, byte[] pem) {
    String text = new String(pem, StandardCharsets.US_ASCII);
    String body = text.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(body)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new VerificationException(
          "The key " + name + " is not an RSA public key in PEM form. Remove or replace it.", e);
    }
  }
}
