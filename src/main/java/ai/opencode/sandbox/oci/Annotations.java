package ai.opencode.sandbox.oci;

/**
 * The keys of annotations and labels. Those below {@link #OCI} are specified (image-spec,
 * annotations.md), the others are this product's own. {@code verify} spells the ones that it checks
 * itself, so that a change here does not change what it expects.
 */
public final class Annotations {

  /** What all specified keys begin with. */
  public static final String OCI = "org.opencontainers.image.";

  public static final String TITLE = OCI + "title";
  public static final String DESCRIPTION = OCI + "description";
  public static final String VERSION = OCI + "version";
  public static final String SOURCE = OCI + "source";
  public static final String LICENSES = OCI + "licenses";
  public static final String BASE_NAME = OCI + "base.name";
  public static final String BASE_DIGEST = OCI + "base.digest";

  /** The name of an image in a layout. */
  public static final String REF_NAME = OCI + "ref.name";

  private static final String OWN = "ai.opencode.sandbox.";

  /** The kind of upstream that an image was made from. */
  public static final String UPSTREAM = OWN + "upstream";

  /** The checksum of a package's control segment, on its file in an archive of inputs. */
  public static final String CHECKSUM = OWN + "checksum";

  private Annotations() {}
}
