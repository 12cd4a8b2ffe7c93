package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of a build's inputs and results with those that the lock expects.
 *
 * @param lock the lock's name in messages
 * @param locked whether a difference is an error ({@code --locked})
 * @param reproducible whether this Java compresses to the same bytes as others
 */
record LockCheck(String lock, boolean locked, boolean reproducible, Progress progress) {

  /**
   * Checks the keys in a base image. They decide which packages are trusted, so the user must
   * accept a new key even in a build that may otherwise update the lock.
   *
   * @param expected the fingerprints in the lock; empty if it has none
   * @throws LockException if the base has a key that the lock does not name
   */
  void requireKnownKeys(
      String base, SortedMap<String, Digest> actual, SortedMap<String, Digest> expected) {
    actual.forEach(
        (name, fingerprint) -> {
          if (!expected.isEmpty() && !fingerprint.equals(expected.get(name))) {
            throw new LockException(
                "The base image "
                    + base
                    + " trusts the key "
                    + name
                    + " ("
                    + fingerprint
                    + "), but "
                    + lock
                    + (expected.containsKey(name)
                        ? " names another key of that name (" + expected.get(name) + ")"
                        : " names only " + String.join(", ", expected.keySet()))
                    + ". If that is right, accept it with: opencode-sandbox lock --update.");
          }
        });
  }

  /**
   * Checks that a lock with the upstream {@code official} names only official content, because the
   * images get that upstream as a label.
   *
   * @throws LockException if it names another base image or repository
   */
  void requireOfficialContent(LockFile content) {
    if (content.upstream() != UpstreamKind.OFFICIAL) {
      return;
    }
    content
        .entries()
        .values()
        .forEach(
            image -> {
              Reference base = image.base() == null ? null : image.base().reference();
              if (base != null && !OfficialUpstream.isBase(base)) {
                throw notOfficial("starts from " + base);
              }
              OwnSources own = image.base() == null ? OwnSources.none() : image.base().own();
              if (!own.keys().isEmpty()) {
                throw notOfficial("has the key " + own.keys().get(0).name());
              }
              if (!own.repositories().isEmpty()) {
                throw notOfficial("has the repository " + own.repositories().get(0));
              }
              for (LockedPackage apk : image.packages()) {
                if (!OfficialUpstream.isRepository(apk.repository())) {
                  throw notOfficial("takes " + apk.name() + " from " + apk.repository());
                }
              }
            });
  }

  private LockException notOfficial(String what) {
    return new LockException(
        "The lock "
            + lock
            + " names the official upstream, but "
            + what
            + ". Restore it, or write it again with: opencode-sandbox lock --update.");
  }

  /**
   * Compares the result of a build from locked inputs with the lock's.
   *
   * @param image the image's name in messages
   * @param made the manifest's digest without the version
   * @param expected the lock's entry; null if there is none
   * @return the result to write into the lock; null if this machine cannot determine it
   * @throws LockException if the build is locked and the lock expects another result
   */
  @Nullable Digest result(String image, Digest made, @Nullable LockedImage expected) {
    Digest old = expected == null ? null : expected.result();
    if (made.equals(old)) {
      return made;
    }
    if (old != null && locked) {
      throw new LockException(
          "--locked: "
              + lock
              + " expects "
              + image
              + " to have the digest "
              + old
              + " (without version), but its inputs give "
              + made
              + (reproducible
                  ? ", because its settings or files, or this program, have changed. Build without"
                      + " --locked to update the lock."
                  : ", because this Java compresses with another zlib than most (zlib-ng?). Use"
                      + " another Java."));
    }
    if (!reproducible) {
      // Other machines cannot reproduce this result, so the lock must not expect it.
      return old;
    }
    if (old != null) {
      progress.done(
          Stage.LOCK,
          image
              + " differs from the result in "
              + lock
              + ", because its settings or files, or this program, have changed");
    }
    return made;
  }
}
