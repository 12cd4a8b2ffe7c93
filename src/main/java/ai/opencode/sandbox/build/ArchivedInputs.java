package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.IndexFetcher;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.OfficialProof;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An archive of inputs, and the upstream that its content comes from. The first of these decides
 * the upstream: the user's own lock; official content that this program recognizes; the archive's
 * own statement, if the user accepts it. Otherwise the images are labelled {@code archive}.
 *
 * @param upstream the upstream in the images' labels
 * @param own the user's lock; null if there is none
 * @param warning a warning that the origin of the content is unconfirmed; null if it is confirmed,
 *     or the user accepts it
 */
public record ArchivedInputs(
    InputArchive archive, UpstreamKind upstream, @Nullable LockFile own, @Nullable String warning) {

  /**
   * Decides the upstream of an archive's content.
   *
   * @param own the user's lock, if there is one
   * @throws LockException if it names no base image for one of the platforms
   */
  public static ArchivedInputs of(
      BuildSettings settings, InputArchive archive, Optional<LockFile> own) throws IOException {
    if (own.isPresent()) {
      return vouched(settings, archive, own.get());
    }
    UpstreamKind claimed = archive.lock().upstream();
    boolean namesUpstream = claimed != UpstreamKind.ARCHIVE;
    if (namesUpstream
        && (settings.lock().acceptArchive()
            || OfficialProof.holds(archive, settings.platforms(), indexes(archive)))) {
      return new ArchivedInputs(archive, claimed, null, null);
    }
    return new ArchivedInputs(
        archive,
        UpstreamKind.ARCHIVE,
        null,
        "Only the archive "
            + settings.inputs().upstream()
            + " itself states where its content comes from, so the images are labelled \"archive\""
            + " and must not leave this machine. Build with a lock of your own (--lock)"
            + (namesUpstream
                ? ", or accept the archive's statement with --accept-archive-lock."
                : "."));
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
                + ", so it cannot confirm the content of the archive "
                + settings.inputs().upstream()
                + ". Name another platform with --platform, or another lock with --lock.");
      }
    }
    String warning =
        settings.lock().file()
            + " was written from an archive of inputs of unconfirmed origin, so the images are"
            + " labelled \"archive\" and must not leave this machine. Use another lock, or delete"
            + " this one and build with --accept-archive-lock.";
    boolean namesUpstream = own.upstream() != UpstreamKind.ARCHIVE;
    return new ArchivedInputs(archive, own.upstream(), own, namesUpstream ? null : warning);
  }

  /** Returns the archive's content as the upstream of a platform. */
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
   * Returns the lock in the archive. If the label of the images names another upstream than the
   * lock, the expected digests are removed, because a label changes each digest.
   */
  LockFile lock() throws IOException {
    LockFile lock = archive.lock();
    return lock.upstream() == upstream ? lock : lock.withoutResults(upstream);
  }
}
