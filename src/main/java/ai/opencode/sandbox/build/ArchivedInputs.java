package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.IndexFetcher;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.OfficialProof;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An archive of inputs with the upstream that its content comes from. A lock of the user's own
 * names it, else this program knows it, else the archive's own lock names it if the user accepts
 * that. Otherwise the images are labelled {@code archive}.
 *
 * @param upstream that images are labelled with
 * @param own the user's lock; null if there is none
 * @param warning what the user must know; null where somebody else than the archive knows
 */
public record ArchivedInputs(
    InputArchive archive, UpstreamKind upstream, @Nullable LockFile own, @Nullable String warning) {

  /**
   * @param own a lock that was there before this build
   * @throws LockException where that does not say what a platform's images start from
   */
  public static ArchivedInputs of(
      BuildSettings settings, InputArchive archive, Optional<LockFile> own) throws IOException {
    if (own.isPresent()) {
      return vouched(settings, archive, own.get());
    }
    UpstreamKind claimed = archive.lock().upstream();
    boolean told = claimed != UpstreamKind.ARCHIVE;
    if (told
        && (settings.lock().acceptArchive()
            || OfficialProof.holds(archive, settings.platforms(), indexes(archive)))) {
      return new ArchivedInputs(archive, claimed, null, null);
    }
    return new ArchivedInputs(
        archive,
        UpstreamKind.ARCHIVE,
        null,
        "Nothing but the archive "
            + settings.inputs().upstream()
            + " says where its content comes from, so the images are labelled \"archive\" and must"
            + " not leave this machine; build with a lock of your own (--lock)"
            + (told ? ", or take the archive's word for it with --accept-archive-lock" : ""));
  }

  private static OfficialProof.Indexes indexes(InputArchive archive) {
    IndexFetcher fetcher = new IndexFetcher(archive);
    return (repository, architecture, keys) -> fetcher.fetch(repository, architecture, () -> keys);
  }

  private static ArchivedInputs vouched(
      BuildSettings settings, InputArchive archive, LockFile own) {
    for (Platform platform : settings.platforms()) {
      if (own.base(platform).isEmpty()) {
        throw new LockException(
            settings.lock().file()
                + " has no inputs for "
                + platform
                + ", so it does not say what the archive "
                + settings.inputs().upstream()
                + " must hold for it; name another platform with --platform, or another lock with"
                + " --lock");
      }
    }
    String warning =
        settings.lock().file()
            + " was written from an archive of inputs that nothing else told the origin of, so the"
            + " images are labelled \"archive\" and must not leave this machine; delete it and"
            + " build"
            + " with --accept-archive-lock, or use a lock of your own";
    boolean told = own.upstream() != UpstreamKind.ARCHIVE;
    return new ArchivedInputs(archive, own.upstream(), own, told ? null : warning);
  }

  /** The archive's content, for builds on a platform. */
  Upstream on(Platform platform) throws IOException {
    if (own == null) {
      return archive.upstream(upstream, archive.base(platform));
    }
    Reference base = own.base(platform).orElseThrow();
    if (!archive.has(base)) {
      throw archive.lacks("the base image " + base);
    }
    return archive.upstream(upstream, base);
  }

  /**
   * The lock in the archive, as far as it is followed: where images are labelled {@code archive},
   * they are others than those that it expects.
   */
  LockFile lock() throws IOException {
    LockFile lock = archive.lock();
    if (lock.upstream() == upstream) {
      return lock;
    }
    SortedMap<String, SortedMap<String, LockedImage>> images = new TreeMap<>();
    lock.images()
        .forEach(
            (name, platforms) -> {
              SortedMap<String, LockedImage> copy = new TreeMap<>();
              platforms.forEach((platform, image) -> copy.put(platform, image.withResult(null)));
              images.put(name, copy);
            });
    return new LockFile(upstream, images, lock.indexes());
  }
}
