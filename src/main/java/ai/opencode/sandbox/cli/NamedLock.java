package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lock that a command is given in place of an image.
 *
 * @param name the name of an image in it; null if none is named
 */
record NamedLock(Path file, LockFile content, @Nullable String name) {

  private static final String ENDING = ".json";

  /**
   * Reads the lock that a text names: {@code FILE.json} or {@code FILE.json:NAME}; empty for other
   * texts.
   *
   * @throws UsageException if there is no such file
   */
  static Optional<NamedLock> of(String text) throws IOException {
    boolean whole = text.endsWith(ENDING) && !text.startsWith("oci") && !text.contains("archive:");
    int colon = text.indexOf(ENDING + ":");
    String place = whole ? text : colon < 0 ? "" : text.substring(0, colon + ENDING.length());
    boolean exists = !place.isEmpty() && Files.isRegularFile(Path.of(place));
    if (!exists) {
      if (whole) {
        throw new UsageException(
            "There is no file " + text + ". Name a lock, or an image such as oci:DIRECTORY:NAME.");
      }
      return Optional.empty();
    }
    Path file = Path.of(place);
    LockFile content =
        LockFile.read(file)
            .orElseThrow(() -> new LockException("There is no lock file " + file + "."));
    String name = whole ? null : text.substring(place.length() + 1);
    return Optional.of(new NamedLock(file, content, name));
  }

  /**
   * Returns the image that is meant.
   *
   * @param platform the platform that the user names; empty if none is named
   * @throws UsageException if the lock has no such image, or several and none is named
   */
  ImageKey image(Optional<Platform> platform) {
    String image = named();
    List<Platform> platforms =
        content.entries().keySet().stream()
            .filter(each -> each.name().equals(image))
            .map(ImageKey::platform)
            .toList();
    return new ImageKey(
        image, platform.orElseGet(() -> OnePlatformChoice.of(platforms, file + ":" + image)));
  }

  private String named() {
    List<String> all = List.copyOf(content.images());
    if (name == null && all.size() == 1) {
      return all.get(0);
    }
    return all.stream()
        .filter(each -> each.equals(name) || each.equals("opencode-sandbox-" + name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    (name == null
                            ? file
                                + " has "
                                + all.size()
                                + " images, and a bill of materials is about one"
                            : file + " has no image " + name)
                        + ". Name one of "
                        + String.join(", ", all)
                        + ", such as "
                        + file
                        + ":"
                        + (all.isEmpty() ? "NAME" : all.get(0))
                        + "."));
  }
}
