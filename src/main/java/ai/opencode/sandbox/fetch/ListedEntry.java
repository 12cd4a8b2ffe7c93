package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.TarEntry;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a package's data segment.
 *
 * @param entry the entry
 * @param sha1 the computed checksum of a file's content or a symbolic link's target; null for other
 *     entries
 */
public record ListedEntry(TarEntry entry, @Nullable Checksum sha1) {

  public String path() {
    return entry.path();
  }
}
