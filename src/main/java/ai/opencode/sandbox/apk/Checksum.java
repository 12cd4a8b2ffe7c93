package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A SHA-1 checksum in apk's notation: {@code Q1} and base64, or {@code X1} and hex. apk identifies
 * a package by the checksum of its compressed control segment, and stores the checksum of each
 * installed file in its database.
 *
 * @param hex the checksum as 40 lower-case hex digits
 */
@Api
public record Checksum(String hex) {

  public Checksum {
    if (hex.length() != 40) {
      throw new VerificationException(
          "\"" + hex + "\" is not a SHA-1 checksum. Use 40 hex digits.");
    }
  }

  /** Parses {@code Q1…} or {@code X1…}. */
  public static Checksum of(String text) {
    try {
      if (text.startsWith("Q1")) {
        return new Checksum(
            HexFormat.of().formatHex(Base64.getDecoder().decode(text.substring(2))));
      }
      if (text.startsWith("X1")) {
        return new Checksum(HexFormat.of().formatHex(HexFormat.of().parseHex(text.substring(2))));
      }
    } catch (IllegalArgumentException e) {
      throw new VerificationException(
          "\"" + text + "\" is not an apk checksum. Use Q1 and base64, or X1 and hex.", e);
    }
    throw new VerificationException(
        "\"" + text + "\" is not an apk checksum. Use Q1 and base64, or X1 and hex.");
  }

  public static Checksum ofControlSegment(byte[] compressed) {
    return from(newSha1().digest(compressed));
  }

  public static Checksum from(byte[] sha1) {
    return new Checksum(HexFormat.of().formatHex(sha1));
  }

  public static MessageDigest newSha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }

  /** Returns the {@code Q1} form. */
  @Override
  public String toString() {
    return "Q1" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
  }
}
