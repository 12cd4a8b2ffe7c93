package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.UsageException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The OCI layout in an oci-archive, unpacked from the tar file. */
final class UnpackedLayout {

  /** The only files of a layout; no others are unpacked. */
  private static final Pattern FILES =
      Pattern.compile("oci-layout|index\\.json|blobs/sha256/[0-9a-f]{64}");

  private static final List<String> DIRECTORIES = List.of("blobs", "blobs/sha256");

  private UnpackedLayout() {}

  /**
   * Unpacks an archive, once for each directory.
   *
   * @return the layout, in {@code work}
   */
  static Path of(Path archive, Path work) throws IOException {
    Path layout = work.resolve("layout");
    if (Files.exists(layout)) {
      return layout;
    }
    Files.createDirectories(layout.resolve("blobs/sha256"));
    Map<String, TarEntry> seen = new HashMap<>();
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
      file.mark(2);
      boolean gzip = file.read() == 0x1f && file.read() == 0x8b;
      file.reset();
      TarReader tar =
          new TarReader(
              gzip ? InflationLimit.bounding(file, archive) : file,
              archive.toString(),
              TarLimits.foreignArchive());
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        require(entry, seen, tar);
        seen.put(entry.path(), entry);
        if (entry instanceof TarEntry.File && FILES.matcher(entry.path()).matches()) {
          Files.copy(tar.content(), layout.resolve(entry.path()));
        }
      }
    } catch (NoSuchFileException e) {
      throw new UsageException("There is no file " + archive + ". Check the name.", e);
    }
    if (!Files.exists(layout.resolve("index.json"))) {
      throw new UsageException(
          archive
              + " is not an oci-archive: it has no index.json. Name another file, or use"
              + " docker-archive:.");
    }
    return layout;
  }

  /**
   * Refuses links and duplicate files: tools that unpack an archive follow its links, and differ in
   * which of two files they keep.
   */
  private static void require(TarEntry entry, Map<String, TarEntry> seen, TarReader tar) {
    String path = entry.path();
    boolean directory = entry instanceof TarEntry.Directory;
    TarEntry before = seen.get(path);
    if (before != null && !(directory && before instanceof TarEntry.Directory)) {
      throw tar.refusal(path + " is in the archive twice");
    }
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      TarEntry above = seen.get(path.substring(0, slash));
      if (above != null && !(above instanceof TarEntry.Directory)) {
        throw tar.refusal(path + " is below a file that is not a directory");
      }
    }
    boolean layouts = FILES.matcher(path).matches() || DIRECTORIES.contains(path);
    if (layouts && !directory && !(entry instanceof TarEntry.File)) {
      throw tar.refusal(path + " is not a file, but layouts contain only files");
    }
  }
}
