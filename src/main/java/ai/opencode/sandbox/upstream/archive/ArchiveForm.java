package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The form of an archive of inputs: an OCI artifact (image-spec, manifest.md) with a layer for each
 * file, whose title is the file's path. In a directory it is an OCI layout that names it {@code
 * inputs}; in a registry it has an ordinary tag. Any client for artifacts can unpack it:
 *
 * <pre>
 * sandbox.lock.json
 * base/sha256-…                            index, manifest, configuration and layers of the base
 * keys/x86_64/….rsa.pub                    the base's keys
 * repository-1/x86_64/APKINDEX.tar.gz      an Alpine repository that apk can read
 * repository-1/x86_64/git-2.54.0-r0.apk
 * npm/sha512-….tgz
 * </pre>
 *
 * <p>The artifact's configuration lists the repositories that the numbered directories are copies
 * of:
 *
 * <pre>{@code
 * {"repositories": ["https://dl-cdn.alpinelinux.org/alpine/v3.24/main", "…/community"]}
 * }</pre>
 */
public final class ArchiveForm {

  /** The media type of the configuration, which is the artifact's type. */
  static final String TYPE = "application/vnd.opencode.sandbox.inputs.v1+json";

  /**
   * The media type of all files, manifests included: a registry would check the references in a
   * file with the media type of a manifest.
   */
  static final String FILE = "application/octet-stream";

  /** The name of an archive in its layout. */
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

  static String tarball(LockedNpmPackage locked) {
    Integrity integrity = locked.tarballIntegrity().orElseThrow();
    return "npm/" + integrity.algorithm().label() + "-" + integrity.hex() + ".tgz";
  }

  static byte[] configuration(List<RepositoryLocation> repositories) {
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("repositories");
    repositories.forEach(each -> array.add(each.text()));
    return Json.write(node);
  }

  static List<RepositoryLocation> repositories(byte[] configuration, String source) {
    List<RepositoryLocation> repositories = new ArrayList<>();
    for (JsonNode each : Json.parse(configuration, source).path("repositories")) {
      if (!each.isTextual() || each.textValue().isEmpty()) {
        throw new VerificationException(
            source + ": the repository " + each + " is not a text. Write the archive again.");
      }
      repositories.add(new RepositoryLocation(each.textValue()));
    }
    return repositories;
  }
}
