package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.InputRecorder;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The sources of a build's files.
 *
 * @param archive that they come from; empty where they come from the network or from directories
 * @param watcher told of each platform's upstream before the origin is asked for its files
 */
public record Supply(Origin origin, Optional<InputArchive> archive, Consumer<Upstream> watcher) {

  /**
   * Creates the supply that settings name.
   *
   * @throws UsageException where there is no such archive, or it would not be used alone
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
              + " brings its own base image and repositories; leave out --base and --repository, or"
              + " use --upstream mirror");
    }
    progress.step("upstream", "opening the archive " + choice);
    InputArchive archive = InputArchive.open(choice.place(), cache, settings.registries());
    return new Supply(archive, Optional.of(archive), upstream -> {});
  }

  /** The same supply, with everything that is read kept in a recorder. */
  Supply through(InputRecorder recorder) {
    return new Supply(recorder, archive, upstream -> recorder.prefer(upstream.repositories()));
  }

  void chosen(Upstream upstream) {
    watcher.accept(upstream);
  }
}
