package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The images that can be named on the command line. */
final class ImageNames {

  private static final String PREFIX = "opencode-sandbox-";

  private ImageNames() {}

  /**
   * Returns the definitions with these names, or all definitions if there are no names.
   *
   * @throws UsageException if a name is unknown
   */
  static List<ImageDefinition> definitions(List<String> names) {
    if (names.isEmpty()) {
      return SandboxImages.all();
    }
    Set<ImageDefinition> chosen = new LinkedHashSet<>();
    for (String name : names) {
      chosen.add(
          known()
              .filter(image -> image.name().equals(name) || image.name().equals(PREFIX + name))
              .findFirst()
              .orElseThrow(() -> unknown(name)));
    }
    return List.copyOf(chosen);
  }

  /** Returns the images that are locked by default, and others that a lock names. */
  static List<ImageDefinition> locked(@Nullable LockFile lock) {
    return known()
        .filter(
            image ->
                SandboxImages.all().contains(image)
                    || (lock != null && lock.images().containsKey(image.name())))
        .toList();
  }

  private static Stream<ImageDefinition> known() {
    return Stream.concat(SandboxImages.all().stream(), SandboxImages.onRequest().stream());
  }

  private static UsageException unknown(String name) {
    return new UsageException(
        "There is no image \""
            + name
            + "\". Name "
            + SandboxImages.all().stream()
                .map(ImageDefinition::name)
                .collect(Collectors.joining(", "))
            + " or "
            + SandboxImages.onRequest().stream()
                .map(ImageDefinition::name)
                .collect(Collectors.joining(", "))
            + ".");
  }
}
