package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;

/**
 * The identifiers of a document's elements. trivy reads their beginnings: {@code OperatingSystem}
 * is the distribution and {@code Package} a package.
 */
public final class SpdxIds {

  static final String DOCUMENT = "SPDXRef-DOCUMENT";
  private static final String PREFIX = "SPDXRef-";
  private static final int MAX_NAME = 80;

  private SpdxIds() {}

  static String root(String image) {
    return PREFIX + "DocumentRoot-Image-" + plain(image);
  }

  static String release(OsRelease release) {
    return PREFIX + "OperatingSystem-" + plain(release.id());
  }

  public static String apk(String name) {
    return PREFIX + "Package-apk-" + plain(name);
  }

  /** Returns the identifier of an npm package: one name may have several directories. */
  public static String npm(String name, String directory) {
    return PREFIX + "Package-npm-" + cut(name) + "-" + hash(directory);
  }

  static String go(String module, String version) {
    return PREFIX + "Package-go-" + cut(module) + "-" + hash(module + "@" + version);
  }

  static String file(String path) {
    return PREFIX + "File-" + hash(path);
  }

  /** Returns a name of letters, digits, dots and hyphens, which differs for every text. */
  private static String plain(String text) {
    String plain = cut(text);
    return plain.equals(text) ? plain : plain + "-" + hash(text);
  }

  private static String cut(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_NAME); i++) {
      char each = text.charAt(i);
      boolean allowed =
          (each >= 'a' && each <= 'z')
              || (each >= 'A' && each <= 'Z')
              || (each >= '0' && each <= '9')
              || each == '.'
              || each == '-';
      plain.append(allowed ? each : '-');
    }
    return plain.toString();
  }

  private static String hash(String text) {
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
  }
}
