package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The output of one group; writes each directory once, before the first entry inside it. */
final class GroupOutput {

  private final TarWriter writer;
  private final Set<String> directories;

  GroupOutput(TarWriter writer, NpmPlace place) {
    this.writer = writer;
    this.directories = new HashSet<>(place.above());
  }

  void text(String path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    file(new TarEntry.File(path, attributes(0644), bytes.length), new ByteArrayInputStream(bytes));
  }

  void file(TarEntry.File file, InputStream content) throws IOException {
    directories(file.path());
    writer.write(file, content);
  }

  void link(String path, String target) throws IOException {
    directories(path);
    writer.write(new TarEntry.SymbolicLink(path, attributes(0777), target));
  }

  /** Writes all directories of a path, up to its last slash, that have not been written yet. */
  void directories(String path) throws IOException {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String directory = path.substring(0, slash);
      if (directories.add(directory)) {
        writer.write(new TarEntry.Directory(directory, attributes(0755)));
      }
    }
  }

  private static Attributes attributes(int mode) {
    return Attributes.of(mode).withModified(NpmTarball.MODIFIED);
  }
}
