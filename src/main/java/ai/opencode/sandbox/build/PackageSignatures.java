package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The signatures that packages have themselves. A build needs none, because the signed index names
 * the content of each package. An image's proof of origin needs them: a mirror that leaves one out
 * changes the proof, and nothing else would tell.
 */
final class PackageSignatures {

  private final Keyring keys;

  /** Creates a check for signatures by the keys of an image. */
  PackageSignatures(Keyring keys) {
    this.keys = keys;
  }

  /**
   * Returns a warning that names the packages without a good signature; empty if there are none.
   *
   * @param image the image, for the message
   * @param heads the heads of the packages
   */
  Optional<String> warning(
      String image, List<LockedPackage> packages, Map<Checksum, PackageHead> heads) {
    List<LockedPackage> unproved = new ArrayList<>();
    for (LockedPackage each : packages) {
      PackageHead head = heads.get(each.checksum());
      if (head == null || head.signer(keys, each.label()).isEmpty()) {
        unproved.add(each);
      }
    }
    return unproved.isEmpty() ? Optional.empty() : Optional.of(sentences(image, unproved));
  }

  private static String sentences(String image, List<LockedPackage> unproved) {
    boolean one = unproved.size() == 1;
    return image
        + ": no key of the image signed "
        + (one ? "the package " : "the packages ")
        + SomePackages.of(unproved)
        + (one ? " itself" : " themselves")
        + ", only the index that lists "
        + (one ? "it" : "them")
        + ", so the image cannot prove "
        + (one ? "its" : "their")
        + " origin. Use another mirror if the packager has signed "
        + (one ? "it." : "them.");
  }
}
