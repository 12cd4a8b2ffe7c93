package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest in the form {@code sha256:<64 lower-case hex digits>} (image-spec,
 * descriptor.md#digests).
 *
 * @param hex the digits alone
 */
@Api
public record Digest(String hex) implements Comparable<Digest> {

  private static final String PREFIX = "sha256:";

  public Digest {
    if (!isHex(hex)) {
      throw new VerificationException(
          "\"" + hex + "\" is not a SHA-256 digest. Use 64 lower-case hex digits.");
    }
  }

  /** Parses a digest in the form {@code sha256:…}. */
  public static Digest of(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new VerificationException(
          "\"" + text + "\" is not a digest. Use sha256: and 64 lower-case hex digits.");
    }
    return new Digest(text.substring(PREFIX.length()));
  }

  public static boolean isDigest(String text) {
    return text.startsWith(PREFIX) && isHex(text.substring(PREFIX.length()));
  }

  public static Digest sha256(byte[] content) {
    return from(newSha256().digest(content));
  }

  public static Digest sha256(String content) {
    return sha256(content.getBytes(StandardCharsets.UTF_8));
  }

  public static Digest sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha256 = newSha256();
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        sha256.update(buffer, 0, read);
      }
      return from(sha256.digest());
    }
  }

  public static Digest from(byte[] sha256) {
    return new Digest(HexFormat.of().formatHex(sha256));
  }

  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }

  private static boolean isHex(String text) {
    if (text.length() != 64) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }
}
