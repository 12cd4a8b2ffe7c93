package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * A file that appears complete or not at all. It takes the place of what had its name, be that a
 * link: what the link leads to is somebody's, and stays as it is. Only what the system offers as
 * files, such as {@code /dev/stdout}, is written into.
 */
public final class WholeFile {

  private static final int BUFFER = 1 << 16;

  /** Writes the content to a stream that the caller closes. */
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private WholeFile() {}

  /** Writes text in UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes what {@code content} gives; directories that are missing are made. */
  public static void write(Path file, Content content) throws IOException {
    Path place = file.toAbsolutePath().normalize();
    if (place.startsWith("/dev") || place.startsWith("/proc")) {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(place, StandardOpenOption.WRITE), BUFFER)) {
        content.writeTo(out);
      }
      return;
    }
    Path folder = Objects.requireNonNull(place.getParent(), "the root is no file");
    Files.createDirectories(folder);
    // Beside its place, where a rename is one step; of its own, for two that write at once.
    Path part = folder.resolve("." + place.getFileName() + "-" + UUID.randomUUID() + ".part");
    TemporaryFiles.added(part);
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(
                  part,
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS),
              BUFFER)) {
        content.writeTo(out);
      }
      Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
      TemporaryFiles.forget(part);
    }
  }
}
