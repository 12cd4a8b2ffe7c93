package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Docker Hub's Alpine image, Alpine's own repositories and the keys that sign their indexes. */
public final class OfficialUpstream {

  private static final BasePin PIN = BasePin.ofProgram();

  static final Reference BASE = PIN.base();

  private static final String MIRROR = "https://dl-cdn.alpinelinux.org/alpine/";

  /**
   * A tag that says which release's repositories belong to an image: {@code 3.24}, {@code 3.24.2}.
   */
  private static final Pattern TAG = Pattern.compile("(\\d+\\.\\d+)(\\.\\d+)?");

  /** The release of the base image, whose tag names it. */
  private static final String RELEASE = release(BASE).orElseThrow();

  static final List<RepositoryLocation> REPOSITORIES = repositories(RELEASE);

  /** Fingerprints of the keys that sign Alpine's indexes for x86_64. */
  private static final Set<Digest> AMD64_KEYS =
      Set.of(
          new Digest("4e0c26751a474db486b0a8f37e37ff02e12465e8cea8ef08614ac173cb870f28"),
          new Digest("bb1f0937c138e81a838e0958c4c756547dac85794e38bf1a5536a0808dcf95f2"),
          new Digest("8a70fc55f1a6fb2a392ad5a3e71aff82a637b2b33659c046f6b6a909bb5d1ab7"));

  /** Fingerprints of the keys that sign Alpine's indexes for aarch64. */
  private static final Set<Digest> ARM64_KEYS =
      Set.of(
          new Digest("635a0325ac8c11ec329698586cd2a8e54c18ba376d5d4bc215a489e1a774fb88"),
          new Digest("479f16f4170a9ea0c65e1de854860949b1a549cfa1f43552f7a2e821c9e2f409"));

  private OfficialUpstream() {}

  /** Returns the base image of {@code --upstream official}, pinned by digest. */
  public static Reference base() {
    return BASE;
  }

  /** Returns whether a reference is pinned to a base image of {@code --upstream official}. */
  public static boolean isPinnedBase(Reference base) {
    return isBase(base) && base.pinned().filter(OfficialUpstream::isPinned).isPresent();
  }

  /** Returns whether a digest is that of a base image of {@code --upstream official}. */
  public static boolean isPinned(Digest digest) {
    return BASE.pinned().filter(digest::equals).isPresent() || PIN.earlier().contains(digest);
  }

  private static List<RepositoryLocation> repositories(String release) {
    return repositories(release, MIRROR);
  }

  private static List<RepositoryLocation> repositories(String release, String mirror) {
    String prefix = mirror.endsWith("/") ? mirror : mirror + "/";
    return List.of(
        new RepositoryLocation(prefix + release + "/main"),
        new RepositoryLocation(prefix + release + "/community"));
  }

  /**
   * Returns the official upstream.
   *
   * @param base one of Alpine's images by digest; null for the one that this program is pinned to
   * @param repositories addresses of Alpine repositories; if empty, those of the release in the
   *     base's tag, or of this program's release if the tag names none
   * @throws UsageException if the base is not pinned by digest, or an argument is not Alpine's own
   */
  static Upstream of(@Nullable Reference base, List<RepositoryLocation> repositories) {
    if (base != null && (!isBase(base) || base.pinned().isEmpty())) {
      throw new UsageException(
          "--upstream official cannot start from "
              + base
              + ", only from Docker Hub's Alpine image by digest, such as "
              + BASE
              + ". Name such an image with --base, or use --upstream mirror.");
    }
    for (RepositoryLocation repository : repositories) {
      if (!isRepository(repository)) {
        throw new UsageException(
            "--upstream official cannot take packages from "
                + repository
                + ", only from "
                + MIRROR
                + ". Leave out --repository, or use --upstream mirror.");
      }
    }
    return new Upstream(
        UpstreamKind.OFFICIAL,
        new Upstream.RegistryBase(base == null ? BASE : base),
        repositories.isEmpty() ? repositories(base == null ? BASE : base) : repositories);
  }

  private static List<RepositoryLocation> repositories(Reference base) {
    return repositories(base, MIRROR);
  }

  /**
   * Returns the repositories that belong to a base image.
   *
   * @param base the base image, whose tag names a release; null for the one of this program
   * @param mirror the address or directory that has Alpine's releases
   */
  public static List<RepositoryLocation> repositories(@Nullable Reference base, String mirror) {
    return repositories(release(base).orElse(RELEASE), mirror);
  }

  /** Returns the release that a base image's tag names; empty if it names none. */
  private static Optional<String> release(@Nullable Reference base) {
    String tag = base == null || base.tag() == null ? "" : base.tag();
    Matcher release = TAG.matcher(tag);
    if (release.matches()) {
      return Optional.of("v" + release.group(1));
    }
    return tag.equals("edge") ? Optional.of(tag) : Optional.empty();
  }

  /** Returns whether a reference names Docker Hub's Alpine image, of any version. */
  public static boolean isBase(Reference base) {
    return base.registry().equals(BASE.registry()) && base.repository().equals(BASE.repository());
  }

  /** Returns whether an address is one of Alpine's own repositories, of any version. */
  public static boolean isRepository(RepositoryLocation location) {
    return location.text().startsWith(MIRROR);
  }

  /**
   * Returns whether a key is one of Alpine's for an architecture.
   *
   * @param architecture Alpine's name of the architecture
   */
  public static boolean isKey(String architecture, Digest fingerprint) {
    return Architecture.ofApk(architecture)
        .filter(each -> keys(each).contains(fingerprint))
        .isPresent();
  }

  private static Set<Digest> keys(Architecture architecture) {
    return switch (architecture) {
      case AMD64 -> AMD64_KEYS;
      case ARM64 -> ARM64_KEYS;
    };
  }
}
