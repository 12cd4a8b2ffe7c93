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
 * A file that appears complete or not at all. It replaces any file or symbolic link of the same
 * name; the target of such a link stays unchanged. Only special files of the system, such as {@code
 * /dev/stdout}, are opened and written to.
 */
public final class WholeFile {

  private static final int BUFFER = 1 << 16;

  /** The content of the file, written to a stream that the caller closes. */
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private WholeFile() {}

  /** Writes text in UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes the content; missing parent directories are created. */
  public static void write(Path file, Content content) throws IOException {
    Path place = file.toAbsolutePath().normalize();
    if (isSpecial(place)) {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(place, StandardOpenOption.WRITE), BUFFER)) {
        content.writeTo(out);
      }
      return;
    }
    Path directory = Objects.requireNonNull(place.getParent(), "the root is not a file");
    Files.createDirectories(directory);
    // The temporary file is in the same directory, so that the rename is one step, and has a unique
    // name, so that concurrent writers do not collide.
    Path part = directory.resolve("." + place.getFileName() + "-" + UUID.randomUUID() + ".part");
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

  /** Returns whether the system makes this file; those of {@code /dev/shm} are a user's. */
  private static boolean isSpecial(Path place) {
    return place.startsWith("/proc") || (place.startsWith("/dev") && !place.startsWith("/dev/shm"));
  }
}
