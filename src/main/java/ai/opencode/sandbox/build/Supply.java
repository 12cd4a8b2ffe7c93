package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
import java.util.Optional;

/**
 * Where a build's files come from.
 *
 * @param archive that they come from; empty where they come from the network or from folders
 */
public record Supply(Origin origin, Optional<InputArchive> archive) {

  /**
   * What the settings ask for.
   *
   * @throws UsageException where there is no such archive, or it would not be used alone
   */
  public static Supply of(BuildSettings settings, Cache cache, Progress progress)
      throws IOException {
    if (!(settings.upstream() instanceof UpstreamChoice.Archive choice)) {
      return new Supply(new Download(settings.offline(), settings.network()), Optional.empty());
    }
    if (settings.base() != null || !settings.repositories().isEmpty()) {
      throw new UsageException(
          "The archive "
              + choice
              + " brings its own base image and repositories; leave out --base and --repository, or"
              + " use --upstream mirror");
    }
    progress.step("upstream", "opening the archive " + choice);
    InputArchive archive = InputArchive.open(choice.place(), cache, settings.registries());
    return new Supply(archive, Optional.of(archive));
  }

  Supply through(Origin other) {
    return new Supply(other, archive);
  }
}
