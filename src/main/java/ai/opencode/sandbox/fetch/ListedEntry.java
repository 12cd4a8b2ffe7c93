package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.TarEntry;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a package's data segment.
 *
 * @param sha1 of a file's content, as computed and not as claimed, or of a symbolic link's text;
 *     null for everything else
 */
public record ListedEntry(TarEntry entry, @Nullable Checksum sha1) {

  public String path() {
    return entry.path();
  }
}
