package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;

/**
 * The identifiers of a document's elements. trivy reads their beginnings: {@code OperatingSystem}
 * is the distribution and {@code Package} a package.
 */
final class SpdxIds {

  static final String DOCUMENT = "SPDXRef-DOCUMENT";
  private static final String PREFIX = "SPDXRef-";

  private SpdxIds() {}

  static String root(String image) {
    return PREFIX + "DocumentRoot-Image-" + plain(image);
  }

  static String release(OsRelease release) {
    return PREFIX + "OperatingSystem-" + plain(release.id());
  }

  static String apk(String name) {
    return PREFIX + "Package-apk-" + plain(name);
  }

  /** Returns the identifier of an npm package: one name may have several directories. */
  static String npm(String name, String directory) {
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
    String plain = text.replaceAll("[^A-Za-z0-9.-]", "-");
    return plain.substring(0, Math.min(plain.length(), 80));
  }

  private static String hash(String text) {
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
  }
}
