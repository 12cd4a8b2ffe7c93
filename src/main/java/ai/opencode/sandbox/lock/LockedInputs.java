package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The digest of what a lock names for an image and its parents, as provenance states it. */
public final class LockedInputs {

  /** More parents than any image has; a lock does not say which they are. */
  private static final int MAX_PARENTS = 4;

  /** A lock could have so many images that not all orders of parents can be tried. */
  private static final int MAX_LINEAGES = 1000;

  private LockedInputs() {}

  /**
   * Returns the digest of the packages that a lock names: not of the addresses of repositories,
   * which change with a mirror, nor of the result, which a first build does not have yet.
   *
   * @param base the digest of the base image's manifest
   * @param lineage the entries of the image and its parents, the parents first
   */
  public static Digest digest(Digest base, List<LockedImage> lineage) {
    StringBuilder text = new StringBuilder("base " + base + "\n");
    for (LockedImage inputs : lineage) {
      for (LockedPackage apk : inputs.packages()) {
        text.append("apk ").append(apk.name()).append(' ').append(apk.version());
        text.append(' ').append(apk.checksum()).append(' ').append(apk.data().hash());
        text.append(' ').append(apk.data().diffId()).append('\n');
      }
      inputs.removed().forEach(id -> text.append("removed ").append(id.name()).append('\n'));
      if (inputs.npmLock() != null) {
        text.append("npm ").append(inputs.npmLock()).append('\n');
      }
    }
    return Digest.sha256(text.toString());
  }

  /**
   * Returns the digests that an image of a lock may have: one for each line of images that may be
   * its parents, which ask for no package that it does not ask for. Empty if the lock does not name
   * the manifest of the base, or there are too many such lines.
   *
   * @param others the lock's images for the same platform
   */
  public static Set<Digest> digests(LockedImage image, List<LockedImage> others) {
    Set<Digest> found = new HashSet<>();
    int tried = collect(List.of(image), others, found, 0);
    return tried > MAX_LINEAGES ? Set.of() : found;
  }

  private static int collect(
      List<LockedImage> lineage, List<LockedImage> others, Set<Digest> found, int before) {
    LockedImage first = lineage.get(0);
    int tried = before + 1;
    if (first.base() != null) {
      if (first.baseManifest() != null) {
        found.add(digest(first.baseManifest(), lineage));
      }
      return tried;
    }
    for (LockedImage each : others) {
      if (lineage.size() <= MAX_PARENTS
          && tried <= MAX_LINEAGES
          && !lineage.contains(each)
          && first.requested().containsAll(each.requested())) {
        List<LockedImage> longer = new ArrayList<>(List.of(each));
        longer.addAll(lineage);
        tried = collect(longer, others, found, tried);
      }
    }
    return tried;
  }
}
