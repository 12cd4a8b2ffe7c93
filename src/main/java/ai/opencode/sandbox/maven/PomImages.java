package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.FileTree;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.failure.UsageException;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The definitions of the images in a POM, each made after the one that it begins with. */
final class PomImages {

  private static final String PREFIX = "opencode-sandbox-";
  private static final String ALPINE = "alpine";

  private final Map<String, Image> images = new LinkedHashMap<>();
  private final Map<String, ImageDefinition> known = ofProduct();
  private final Set<String> open = new LinkedHashSet<>();

  private PomImages() {}

  /** Returns the images of this product by short and full names. */
  static Map<String, ImageDefinition> ofProduct() {
    Map<String, ImageDefinition> byName = new LinkedHashMap<>();
    Stream.concat(SandboxImages.all().stream(), SandboxImages.onRequest().stream())
        .forEach(
            image -> {
              byName.put(image.name().substring(PREFIX.length()), image);
              byName.put(image.name(), image);
            });
    return byName;
  }

  /**
   * Returns the definitions in the order of the POM.
   *
   * @throws UsageException if an image is wrong; the message names it
   */
  static List<ImageDefinition> of(List<Image> images) throws IOException {
    PomImages all = new PomImages();
    for (Image image : images) {
      String name = image.name;
      if (name == null) {
        throw new UsageException("An <image> in the POM has no <name>. Give it one.");
      }
      if (all.known.containsKey(name) || name.equals(ALPINE)) {
        throw new UsageException(
            "\"" + name + "\" is the name of an image that exists already. Write another <name>.");
      }
      if (all.images.put(name, image) != null) {
        throw new UsageException(
            "Two images in the POM have the name \"" + name + "\". Give one another <name>.");
      }
    }
    List<ImageDefinition> definitions = new ArrayList<>();
    for (String name : all.images.keySet()) {
      definitions.add(all.definition(name));
    }
    return definitions;
  }

  private ImageDefinition definition(String name) throws IOException {
    ImageDefinition made = known.get(name);
    if (made != null) {
      return made;
    }
    Image image = images.get(name);
    if (image == null) {
      throw new UsageException(
          "There is no image \""
              + name
              + "\" to begin with. Write base, developer, agent, alpine or the <name> of another"
              + " <image> into <from>.");
    }
    if (!open.add(name)) {
      throw new UsageException(
          "The images "
              + String.join(", ", open)
              + " begin with each other. Let one of them begin with base.");
    }
    ImageDefinition start =
        image.from.equals(ALPINE)
            ? ImageDefinition.onAlpine(name)
            : ImageDefinition.from(definition(image.from), name);
    try {
      made = changed(start, image);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "The image \"" + name + "\" in the POM is wrong (" + e.getMessage() + "). Correct it.",
          e);
    }
    open.remove(name);
    known.put(name, made);
    return made;
  }

  private static ImageDefinition changed(ImageDefinition start, Image image) throws IOException {
    ImageDefinition made = start.withPackages(image.packages).withoutPackages(image.without);
    if (image.description != null) {
      made = made.withDescription(image.description);
    }
    if (image.npm != null) {
      made = made.withNpm(NpmProject.of(image.npm.toPath()));
    }
    for (Image.Copy copy : image.files) {
      made = with(made, copy, required(copy.from, "from"), required(copy.to, "to"));
    }
    for (Image.Writable each : image.writable) {
      made = made.withWritablePath(required(each.path, "path"), each.mebibytes << 20);
    }
    for (Map.Entry<String, String> each : image.env.entrySet()) {
      made = made.withEnvironment(each.getKey(), text(each.getValue()));
    }
    for (Map.Entry<String, String> each : image.labels.entrySet()) {
      made = made.withLabel(each.getKey(), text(each.getValue()));
    }
    if (image.workdir != null) {
      made = made.withWorkingDirectory(image.workdir);
    }
    if (!image.entrypoint.isEmpty()) {
      made = made.withEntrypoint(image.entrypoint.toArray(String[]::new));
    }
    if (!image.command.isEmpty()) {
      made = made.withCommand(image.command.toArray(String[]::new));
    }
    for (String port : image.ports) {
      made = made.withPort(port);
    }
    return made;
  }

  /** Returns the text of an element, for which Maven has null if it is empty. */
  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static <T> T required(@Nullable T value, String element) {
    if (value == null) {
      throw new UsageException("A <" + element + "> is missing in an <image>. Write it.");
    }
    return value;
  }

  private static ImageDefinition with(ImageDefinition image, Image.Copy copy, File from, String to)
      throws IOException {
    if (from.isDirectory()) {
      FileTree tree = FileTree.from(to, from.toPath());
      return image.withTree(copy.mode == null ? tree : tree.withFileMode(mode(copy.mode)));
    }
    StaticFile file = StaticFile.from(to, from.toPath());
    return image.withFile(copy.mode == null ? file : file.withMode(mode(copy.mode)));
  }

  private static int mode(String octal) {
    if (!octal.matches("[0-7]{3,4}")) {
      throw new UsageException(
          "\"" + octal + "\" is not a mode. Write three or four octal digits, such as 0644.");
    }
    return Integer.parseInt(octal, 8);
  }
}
