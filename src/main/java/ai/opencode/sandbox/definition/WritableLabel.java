package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The label with an image's writable directories: {@code PATH=BYTES}, separated by spaces, without
 * {@code /tmp} and {@code /workspace}. An image has it if its writable paths are not those of every
 * sandbox. The label may be that of another program's image, so it is hostile input.
 */
public final class WritableLabel {

  private static final Pattern ENTRY = Pattern.compile("(/[A-Za-z0-9._+@/-]+)=([0-9]{1,16})");
  private static final int MAX_LENGTH = 16_384;
  private static final int MAX_ENTRIES = 64;
  private static final String TEMPORARY = "/tmp";

  private WritableLabel() {}

  /** Returns the label's value for an image; empty for the writable paths of every sandbox. */
  public static Optional<String> of(ImageDefinition definition) {
    List<WritablePath> paths = definition.writablePaths();
    if (paths.equals(WritablePath.of(SandboxUser.OPENCODE))) {
      return Optional.empty();
    }
    return Optional.of(
        paths.stream()
            .filter(each -> each.storage() == Storage.TMPFS && !each.path().equals(TEMPORARY))
            .map(each -> each.path() + "=" + each.sizeBytes())
            .collect(Collectors.joining(" ")));
  }

  /**
   * Parses a label's value.
   *
   * @throws UsageException if it has another form, names a path at which nothing may be mounted, or
   *     has more than 64 entries
   */
  public static List<WritableDirectory> parse(String value) {
    if (value.length() > MAX_LENGTH) {
      throw refused("is longer than " + MAX_LENGTH + " characters");
    }
    Map<String, WritableDirectory> directories = new LinkedHashMap<>();
    for (String each : value.split(" ", -1)) {
      Matcher entry = ENTRY.matcher(each);
      if (!entry.matches()) {
        throw refused("has an entry that is not PATH=BYTES");
      }
      WritableDirectory directory =
          new WritableDirectory(entry.group(1), Long.parseLong(entry.group(2)));
      if (directories.put(directory.path(), directory) != null) {
        throw refused("names " + directory.path() + " twice");
      }
      if (directories.size() > MAX_ENTRIES) {
        throw refused("has more than " + MAX_ENTRIES + " entries");
      }
    }
    return List.copyOf(directories.values());
  }

  private static UsageException refused(String reason) {
    return new UsageException(
        "The image's label ai.opencode.sandbox.writable "
            + reason
            + ", so the image's writable paths are unknown. Use an image of this program.");
  }
}
