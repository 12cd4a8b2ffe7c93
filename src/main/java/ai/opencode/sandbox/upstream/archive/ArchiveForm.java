package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.upstream.PackageLocation;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The form of an archive of inputs: an OCI artifact (image-spec, manifest.md) with a layer for each
 * file, whose title is the file's path. In a directory it is an OCI layout in which it has the name
 * {@code inputs}; in a registry it is an ordinary tag. Any client for artifacts can unpack it:
 *
 * <pre>
 * sandbox.lock.json
 * base/sha256-…                            index, manifest, configuration and layers of the base
 * keys/x86_64/….rsa.pub                    the base's keys
 * repository-1/x86_64/APKINDEX.tar.gz      an Alpine repository, as apk reads it
 * repository-1/x86_64/git-2.54.0-r0.apk
 * npm/sha512-….tgz
 * </pre>
 *
 * <p>The artifact's configuration says which repositories the numbered directories are:
 *
 * <pre>{@code
 * {"repositories": ["https://dl-cdn.alpinelinux.org/alpine/v3.24/main", "…/community"]}
 * }</pre>
 */
public final class ArchiveForm {

  /** The configuration's media type, which is also the artifact's type. */
  static final String TYPE = "application/vnd.opencode.sandbox.inputs.v1+json";

  /**
   * The media type of the files. With a manifest's own type, registries would require everything
   * that it refers to.
   */
  static final String FILE = "application/octet-stream";

  /** The archive's name in its layout. */
  static final String NAME = "inputs";

  static final String LOCK = "sandbox.lock.json";
  static final String BASE = "base/";

  private ArchiveForm() {}

  static String base(Digest digest) {
    return BASE + "sha256-" + digest.hex();
  }

  public static String key(String architecture, String name) {
    return "keys/" + architecture + "/" + name;
  }

  /**
   * Returns the title of an index.
   *
   * @param number of the repository, from 0
   */
  static String index(int number, String architecture) {
    return folder(number, architecture) + "APKINDEX.tar.gz";
  }

  static String apk(int number, PackageLocation location) {
    return folder(number, location.architecture()) + location.label() + ".apk";
  }

  private static String folder(int number, String architecture) {
    return "repository-" + (number + 1) + "/" + architecture + "/";
  }

  static String tarball(LockedNpmPackage locked) {
    Integrity integrity = locked.tarballIntegrity().orElseThrow();
    String algorithm = integrity.algorithm().name().toLowerCase(Locale.ROOT);
    return "npm/" + algorithm + "-" + integrity.hex() + ".tgz";
  }

  static byte[] configuration(List<String> repositories) {
    ObjectNode node = Json.object();
    repositories.forEach(node.putArray("repositories")::add);
    return Json.write(node);
  }

  static List<String> repositories(byte[] configuration, String source) {
    List<String> repositories = new ArrayList<>();
    for (JsonNode each : Json.parse(configuration, source).path("repositories")) {
      if (!each.isTextual()) {
        throw new VerificationException(source + ": the repository " + each + " is not a string");
      }
      repositories.add(each.textValue());
    }
    return repositories;
  }
}
