package ai.opencode.sandbox.oci;

/**
 * The keys of annotations and labels. Keys below {@link #OCI} are specified (image-spec,
 * annotations.md); the others are this product's own. {@code verify} has its own copy of the keys
 * that it checks, so that a change here does not change its expectations.
 */
public final class Annotations {

  /** The prefix of all specified keys. */
  public static final String OCI = "org.opencontainers.image.";

  public static final String TITLE = OCI + "title";
  public static final String DESCRIPTION = OCI + "description";
  public static final String VERSION = OCI + "version";
  public static final String SOURCE = OCI + "source";
  public static final String LICENSES = OCI + "licenses";
  public static final String BASE_NAME = OCI + "base.name";
  public static final String BASE_DIGEST = OCI + "base.digest";

  /** The address of this project, which is the {@link #SOURCE} of its images. */
  public static final String PROJECT = "https://github.com/opencode-ai/opencode-sandbox-images";

  /** The name of an image in a layout. */
  public static final String REF_NAME = OCI + "ref.name";

  /** The kind of an entry in an index that describes another entry, as BuildKit writes it. */
  public static final String REFERENCE_TYPE = "vnd.docker.reference.type";

  /** The digest of the manifest that such an entry describes. */
  public static final String REFERENCE_DIGEST = "vnd.docker.reference.digest";

  private static final String OWN = "ai.opencode.sandbox.";

  /** The beginning of a container's labels that name the directories mounted in it. */
  public static final String MOUNT = OWN + "mount";

  /** The kind of upstream that an image was made from. */
  public static final String UPSTREAM = OWN + "upstream";

  /** The directories that are writable in hardened containers of an image. */
  public static final String WRITABLE = OWN + "writable";

  /** The checksum of a package's control segment, on its file in an archive of inputs. */
  public static final String CHECKSUM = OWN + "checksum";

  private Annotations() {}

  /** Returns whether a label states a fact of a build, so that no definition may have it. */
  public static boolean isOfTheBuild(String label) {
    return label.startsWith(OWN)
        || label.equals(VERSION)
        || label.equals(BASE_NAME)
        || label.equals(BASE_DIGEST);
  }
}
