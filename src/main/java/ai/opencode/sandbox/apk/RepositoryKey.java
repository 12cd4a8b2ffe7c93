package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A public key that signs a repository of one's own. apk finds the key of a signature by the name
 * of its file.
 *
 * @param name the file's name in {@code /etc/apk/keys}, such as {@code acme.rsa.pub}
 * @param pem the key in PEM form, with lines of 64 characters and nothing around it
 */
@Api
public record RepositoryKey(String name, String pem) {

  private static final int MAX_FILE_BYTES = 1 << 16;
  private static final int MIN_BITS = 2048;
  private static final int MAX_BITS = 16384;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}\\.pub");

  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";

  /**
   * Checks name and key, and writes the key in canonical form.
   *
   * @throws UsageException if the name cannot be that of a key, or the text is not an RSA public
   *     key of 2048 to 16384 bits
   */
  public RepositoryKey {
    if (!NAME.matcher(name).matches()) {
      throw new UsageException(
          "\""
              + name
              + "\" cannot name a key. Use letters, digits, and . _ - + or @ between them, with .pub"
              + " at the end, such as acme.rsa.pub.");
    }
    byte[] encoded = encoded(name, pem);
    pem =
        BEGIN
            + "\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
            + "\n"
            + END
            + "\n";
  }

  /**
   * Reads a key; the file's name is the key's.
   *
   * @throws UsageException if there is no such file, or it is not such a key
   */
  public static RepositoryKey read(Path file) throws IOException {
    Path name = file.getFileName();
    if (name == null || !Files.isRegularFile(file)) {
      throw new UsageException(
          "There is no key file " + file + ". Name a file with a public key with --key.");
    }
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    }
    if (content.length > MAX_FILE_BYTES) {
      throw new UsageException(
          file + " is larger than a public key can be. Name the file of a key with --key.");
    }
    return new RepositoryKey(name.toString(), new String(content, StandardCharsets.ISO_8859_1));
  }

  /** Reads several keys as {@link #read} does one. */
  public static List<RepositoryKey> readAll(List<Path> files) throws IOException {
    List<RepositoryKey> keys = new ArrayList<>();
    for (Path file : files) {
      keys.add(read(file));
    }
    return keys;
  }

  /** Returns the texts of keys by their names; of several with one name that of the last. */
  public static SortedMap<String, String> texts(List<RepositoryKey> keys) {
    SortedMap<String, String> texts = new TreeMap<>();
    keys.forEach(key -> texts.put(key.name(), key.pem()));
    return texts;
  }

  /** Returns the SHA-256 of the key (SubjectPublicKeyInfo), by which locks name it. */
  public Digest fingerprint() {
    return Digest.sha256(encoded(name, pem));
  }

  private static byte[] encoded(String name, String text) {
    if (text.contains("PRIVATE KEY-----")) {
      throw new UsageException(
          "The key "
              + name
              + " is a private key, which must not be given to anyone. Name the public key.");
    }
    String bare = text.strip();
    try {
      if (bare.length() <= MAX_FILE_BYTES
          && bare.length() > BEGIN.length() + END.length()
          && bare.startsWith(BEGIN)
          && bare.endsWith(END)) {
        // Line ends are the only characters that a decoder may skip.
        String body = bare.substring(BEGIN.length(), bare.length() - END.length());
        byte[] encoded = Base64.getDecoder().decode(body.replaceAll("[\\r\\n]", ""));
        // The fingerprint is that of Java's encoding, so that each key has only one.
        if (KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded))
            instanceof RSAPublicKey key) {
          int bits = key.getModulus().bitLength();
          if (bits < MIN_BITS || bits > MAX_BITS) {
            throw new UsageException(
                "The key "
                    + name
                    + " has "
                    + bits
                    + " bits. Use an RSA key of "
                    + MIN_BITS
                    + " to "
                    + MAX_BITS
                    + " bits.");
          }
          return key.getEncoded();
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new UsageException(notAKey(name), e);
    }
    throw new UsageException(notAKey(name));
  }

  private static String notAKey(String name) {
    return "The key "
        + name
        + " is not an RSA public key in PEM form. Name the file that abuild-keygen wrote, which"
        + " begins with -----BEGIN PUBLIC KEY-----.";
  }
}
