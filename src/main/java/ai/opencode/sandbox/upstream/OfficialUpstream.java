package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The known facts about Docker Hub's Alpine image and Alpine's own repositories. */
public final class OfficialUpstream {

  /** Alpine 3.24.2, pinned by the index, so that it covers every platform. */
  static final Reference BASE =
      Reference.of(
          "docker.io/library/alpine:3.24@sha256:5b02b42e375f7426f8d65c3af331ca05d9878f9989230354504e0b9dfd431f60");

  private static final String MIRROR = "https://dl-cdn.alpinelinux.org/alpine/";

  static final List<String> REPOSITORIES =
      List.of(MIRROR + "v3.24/main", MIRROR + "v3.24/community");

  /** Fingerprints of the keys that sign Alpine's indexes, by architecture. */
  private static final Map<String, Set<Digest>> KEYS =
      Map.of(
          "x86_64",
          Set.of(
              new Digest("4e0c26751a474db486b0a8f37e37ff02e12465e8cea8ef08614ac173cb870f28"),
              new Digest("bb1f0937c138e81a838e0958c4c756547dac85794e38bf1a5536a0808dcf95f2"),
              new Digest("8a70fc55f1a6fb2a392ad5a3e71aff82a637b2b33659c046f6b6a909bb5d1ab7")),
          "aarch64",
          Set.of(
              new Digest("635a0325ac8c11ec329698586cd2a8e54c18ba376d5d4bc215a489e1a774fb88"),
              new Digest("479f16f4170a9ea0c65e1de854860949b1a549cfa1f43552f7a2e821c9e2f409")));

  private OfficialUpstream() {}

  /** Returns the base image of {@code --upstream official}. */
  public static Reference base() {
    return BASE;
  }

  /** Returns whether a reference is exactly the base image of {@code --upstream official}. */
  public static boolean isPinnedBase(Reference base) {
    return isBase(base) && BASE.pinned().equals(base.pinned());
  }

  /** Returns whether a reference is Docker Hub's Alpine image, of any version. */
  public static boolean isBase(Reference base) {
    return base.registry().equals(BASE.registry()) && base.repository().equals(BASE.repository());
  }

  /** Returns whether a location is one of Alpine's own repositories, of any version. */
  public static boolean isRepository(String location) {
    return location.startsWith(MIRROR);
  }

  /** Returns whether a key is one of Alpine's for an architecture. */
  public static boolean isKey(String architecture, Digest fingerprint) {
    return KEYS.getOrDefault(architecture, Set.of()).contains(fingerprint);
  }
}
