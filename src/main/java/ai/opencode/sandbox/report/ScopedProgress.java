package ai.opencode.sandbox.report;

import ai.opencode.sandbox.oci.Platform;
import java.util.Optional;

/**
 * The receiver for a part of the work.
 *
 * @param whole the receiver for all of the work
 */
record ScopedProgress(Progress whole, Optional<String> image, Optional<Platform> platform)
    implements Progress {

  @Override
  public void report(ProgressEvent event) {
    whole.report(event.in(image, platform));
  }

  @Override
  public void warn(String sentence) {
    whole.warn(sentence);
  }
}
