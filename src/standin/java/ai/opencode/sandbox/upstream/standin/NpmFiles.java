package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The copying of files from an npm tarball into an Alpine package. */
final class NpmFiles {

  private NpmFiles() {}

  /**
   * Copies the files below one directory of the tarball.
   *
   * @param from the path to copy from; a directory if it ends in a slash, otherwise a file
   * @param to the text that replaces {@code from} in the paths
   * @param dropped the prefixes of paths that are left out
   */
  static void copy(Path tarball, String from, String to, List<String> dropped, ApkBuilder into)
      throws IOException {
    String source = tarball.getFileName().toString();
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tarball), 1 << 16);
        TarReader tar =
            new TarReader(
                new BufferedInputStream(Gzip.inflating(file, source), 1 << 16),
                source,
                TarLimits.foreignArchive())) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        String path = entry.path();
        if (entry instanceof TarEntry.File regular
            && path.startsWith(from)
            && dropped.stream().noneMatch(path::startsWith)) {
          int mode = (entry.attributes().mode() & 0111) == 0 ? 0644 : 0755;
          into.file(to + path.substring(from.length()), mode, regular.size(), tar.content());
        }
      }
    }
  }
}
