package ai.opencode.sandbox.attest;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Package URLs (purl-spec), by which programs recognize a package. */
public final class PackageUrl {

  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~";

  private PackageUrl() {}

  /** Returns the URL of an Alpine package. */
  public static String apk(String name, String version, String architecture) {
    return "pkg:apk/alpine/" + encoded(name) + "@" + encoded(version) + "?arch=" + architecture;
  }

  /** Returns the URL of an npm package, whose name may have a scope. */
  public static String npm(String name, String version) {
    int slash = name.indexOf('/');
    String encoded =
        slash < 0
            ? encoded(name)
            : encoded(name.substring(0, slash)) + "/" + encoded(name.substring(slash + 1));
    return "pkg:npm/" + encoded + "@" + encoded(version);
  }

  /**
   * Returns the URL of an image. It has no registry, because copies of an image are the same.
   *
   * @param name the last part of the repository
   * @param digest the digest of the index or manifest, such as {@code sha256:…}
   */
  public static String image(String name, String digest, String architecture) {
    return "pkg:oci/" + encoded(name) + "@" + encoded(digest) + "?arch=" + architecture;
  }

  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (each & 0xff);
      if (PLAIN.indexOf(letter) >= 0) {
        encoded.append(letter);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    return encoded.toString();
  }
}
