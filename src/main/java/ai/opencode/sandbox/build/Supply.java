package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.InputRecorder;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The access of one build to its input files, which are from an archive of inputs, the network or
 * directories.
 *
 * @param origin the source of packages, indexes and npm tarballs
 * @param archive the archive of inputs that is the origin; empty for the network or directories
 * @param watcher the function that is called with each platform's upstream before its files are
 *     requested; with a recorder, it tells the recorder to prefer the upstream's locations,
 *     otherwise it does nothing
 */
public record Supply(Origin origin, Optional<InputArchive> archive, Consumer<Upstream> watcher) {

  /**
   * Creates the supply that settings choose: an archive of inputs, or else the network or
   * directories.
   *
   * @throws UsageException if there is no such archive, or settings also name a base or
   *     repositories
   */
  public static Supply of(BuildSettings settings, Cache cache, Progress progress)
      throws IOException {
    if (!(settings.inputs().upstream() instanceof UpstreamChoice.Archive choice)) {
      return new Supply(
          new Download(settings.inputs().offline(), settings.inputAccess().network()),
          Optional.empty(),
          upstream -> {});
    }
    if (settings.inputs().base() != null || !settings.inputs().repositories().isEmpty()) {
      throw new UsageException(
          "The archive "
              + choice
              + " has its own base image and repositories. Leave out --base and --repository, or"
              + " use --upstream mirror.");
    }
    progress.step(Stage.UPSTREAM, "opening the archive " + choice);
    InputArchive archive = InputArchive.open(choice.place(), cache, settings.registries());
    return new Supply(archive, Optional.of(archive), upstream -> {});
  }

  /** Returns a copy whose origin is a recorder, which keeps every file that is read through it. */
  Supply through(InputRecorder recorder) {
    return new Supply(recorder, archive, upstream -> recorder.prefer(upstream.locations()));
  }

  /** Tells the watcher about a platform's upstream. */
  void chosen(Upstream upstream) {
    watcher.accept(upstream);
  }
}
