package ai.opencode.sandbox.export;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/** A file that appears complete or not at all. */
final class WholeFile {

  /** Writes the content to a stream that the caller closes. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private WholeFile() {}

  static void write(Path file, Content content) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    Files.createDirectories(folder);
    // Beside its place, where a rename is one step; of its own, for two that write at once.
    Path part = folder.resolve("." + file.getFileName() + "-" + UUID.randomUUID() + ".part");
    TemporaryFiles.added(part);
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(part, StandardOpenOption.CREATE_NEW), 1 << 16)) {
        content.writeTo(out);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
      TemporaryFiles.forget(part);
    }
  }
}
