package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of a build's inputs and results with those that the lock expects.
 *
 * @param locked whether the lock must have the last word
 * @param reproducible whether this Java compresses as others do
 */
record LockCheck(String lock, boolean locked, boolean reproducible, Progress progress) {

  /**
   * Checks the keys in a base image: they decide whose packages are trusted, so a new one is for
   * somebody to accept, even where the lock may otherwise be written again.
   *
   * @param expected from the lock; empty where it does not say
   * @throws LockException where the base has a key that the lock does not know
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
                    + "), and "
                    + lock
                    + (expected.containsKey(name)
                        ? " knows another key of that name (" + expected.get(name) + ")"
                        : " does not know it (it knows "
                            + String.join(", ", expected.keySet())
                            + ")")
                    + "; where that is right, accept it with: opencode-sandbox lock --update");
          }
        });
  }

  /**
   * Checks that a lock which says {@code official} names official content: images carry that word
   * as a label.
   *
   * @throws LockException where it names another base image or repository
   */
  void requireOfficialContent(LockFile content) {
    if (content.upstream() != UpstreamKind.OFFICIAL) {
      return;
    }
    content.images().values().stream()
        .flatMap(platforms -> platforms.values().stream())
        .forEach(
            image -> {
              Reference base = image.base() == null ? null : image.base().reference();
              if (base != null && !OfficialUpstream.isBase(base)) {
                throw notOfficial("starts from " + base);
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
            + " says that its upstream is official, and "
            + what
            + "; restore it, or write it anew with: opencode-sandbox lock --update");
  }

  /**
   * Checks what came out of locked inputs.
   *
   * @param image in words
   * @param made the manifest's digest without the version
   * @return the result to be locked from now on; null where this machine cannot tell
   * @throws LockException where the lock has the last word and expects another result
   */
  @Nullable Digest result(String image, Digest made, @Nullable LockedImage expected) {
    Digest old = expected == null ? null : expected.result();
    if (made.equals(old)) {
      return made;
    }
    if (old != null && locked) {
      throw new LockException(
          "--locked, but "
              + lock
              + " expects "
              + image
              + " to be "
              + old
              + " whatever its version, and the same inputs give "
              + made
              + (reproducible
                  ? ": the image's settings or files, or this program, are not those that wrote the"
                      + " lock; build without --locked to update it"
                  : ": this Java compresses with another zlib than most (zlib-ng?); use another"
                      + " Java"));
    }
    if (!reproducible) {
      // A result that only this machine can make must not be expected of others.
      return old;
    }
    if (old != null) {
      progress.done(
          "lock",
          image
              + " is not what "
              + lock
              + " expects of the same inputs: its settings or files, or this program, have"
              + " changed");
    }
    return made;
  }
}
