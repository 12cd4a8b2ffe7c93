package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.contract.DefinedContract;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.file.Nearest;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.verify.Contract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images that can be named on a command line.
 *
 * @param standard the images of a command to which none is named
 * @param onRequest other images, which only count if they are named
 */
record ImageNames(List<ImageDefinition> standard, List<ImageDefinition> onRequest) {

  /** The beginning of the names of this product's images, which users may leave out. */
  private static final String PREFIX = "opencode-sandbox-";

  ImageNames {
    standard = List.copyOf(standard);
    onRequest = List.copyOf(onRequest);
  }

  /** Returns the images of this product. */
  static ImageNames ofProduct() {
    return new ImageNames(SandboxImages.all(), SandboxImages.onRequest());
  }

  /** Returns images of a file, which are the standard ones, and those of this product. */
  static ImageNames ofProductWith(List<ImageDefinition> images) {
    return new ImageNames(images, ofProduct().known().toList());
  }

  /** Returns this product's images by short and full names. */
  static Map<String, ImageDefinition> byNameOfProduct() {
    Map<String, ImageDefinition> byName = new LinkedHashMap<>();
    ofProduct()
        .known()
        .forEach(
            image -> {
              byName.put(image.name().substring(PREFIX.length()), image);
              byName.put(image.name(), image);
            });
    return byName;
  }

  /**
   * Returns the names of one's own images. Parents that are not in the list can be named too.
   *
   * @throws UsageException if there is no image, or two have the same name
   */
  static ImageNames of(List<ImageDefinition> images) {
    if (images.isEmpty()) {
      throw new UsageException("The program has no images. Give it at least one definition.");
    }
    Map<String, ImageDefinition> known = new LinkedHashMap<>();
    for (ImageDefinition image : images) {
      if (known.putIfAbsent(image.name(), image) != null) {
        throw twice(image.name());
      }
    }
    List<ImageDefinition> parents = new ArrayList<>();
    for (ImageDefinition image : images) {
      for (ImageDefinition each = image.parent(); each != null; each = each.parent()) {
        ImageDefinition other = known.putIfAbsent(each.name(), each);
        if (other == null) {
          parents.add(each);
        } else if (!other.equals(each)) {
          throw twice(each.name());
        }
      }
    }
    return new ImageNames(images, parents);
  }

  private static UsageException twice(String name) {
    return new UsageException(
        "Two images have the name " + name + ". Give one of them another name.");
  }

  /**
   * Returns the definitions with these names, or the standard ones if there are no names.
   *
   * @throws UsageException if a name is unknown
   */
  List<ImageDefinition> definitions(List<String> names) {
    if (names.isEmpty()) {
      return standard;
    }
    Set<ImageDefinition> chosen = new LinkedHashSet<>();
    names.forEach(name -> chosen.add(known(name).orElseThrow(() -> unknown(name))));
    return List.copyOf(chosen);
  }

  /** Returns the image with exactly this name. */
  Optional<ImageDefinition> named(String name) {
    return known().filter(image -> image.name().equals(name)).findFirst();
  }

  /** Returns the images that are locked by default, and others that a lock names. */
  List<ImageDefinition> locked(@Nullable LockFile lock) {
    return known()
        .filter(
            image ->
                standard.contains(image) || (lock != null && lock.images().contains(image.name())))
        .toList();
  }

  private Stream<ImageDefinition> known() {
    return Stream.concat(standard.stream(), onRequest.stream());
  }

  /** Returns the names of the standard images, with commas between them. */
  String list() {
    return list(standard);
  }

  private static String list(List<ImageDefinition> images) {
    return images.stream().map(ImageDefinition::name).collect(Collectors.joining(", "));
  }

  /**
   * Returns the contracts of the images that are not this product's.
   *
   * @param keys the texts of the keys of one's own that images may have, by name
   */
  List<Contract> contracts(Map<String, String> keys) throws IOException {
    List<Contract> contracts = new ArrayList<>();
    for (ImageDefinition image : own()) {
      contracts.add(DefinedContract.of(image, keys));
    }
    return contracts;
  }

  private List<ImageDefinition> own() {
    Set<ImageDefinition> product = new HashSet<>(SandboxImages.all());
    product.addAll(SandboxImages.onRequest());
    return known().filter(image -> !product.contains(image)).toList();
  }

  /** Returns the image with a name, which may be short for one of this product. */
  Optional<ImageDefinition> known(String name) {
    return named(name).or(() -> named(PREFIX + name));
  }

  /**
   * Returns the notation of an image that a command is given: for the name of an image of one's own
   * the one that {@code build} has written into a layout; else the given text.
   *
   * @param program the program's name
   * @throws UsageException if an image of one's own is in no layout, because a registry's image of
   *     that name would be another one
   */
  String notation(String text, String program) throws IOException {
    if (own().stream().noneMatch(image -> image.name().equals(text))) {
      return text;
    }
    Optional<String> built = built(text);
    if (built.isPresent()) {
      return built.get();
    }
    throw notBuilt(text, program);
  }

  private static UsageException notBuilt(String text, String program) {
    return new UsageException(
        text
            + " is in neither target/images nor images. Build it with: "
            + program
            + " build "
            + text
            + ", or write where it is, such as oci:DIRECTORY:"
            + text
            + " or HOST/NAMESPACE/"
            + text
            + ".");
  }

  /**
   * Returns the notation of an image of this product that {@code build} has written into a layout;
   * the text if it is not the name of such an image.
   *
   * @param text the name, which may be short
   * @throws UsageException if the image is in no layout
   */
  String notationOfProduct(String text, String program) throws IOException {
    Optional<ImageDefinition> image = ofProduct().known(text);
    if (image.isEmpty()) {
      return text;
    }
    return built(image.get().name()).orElseThrow(() -> notBuilt(text, program));
  }

  /** Returns a remark on a text that names no registry, so that Docker Hub is asked for it. */
  Optional<String> remark(String text) {
    if (text.matches("(localhost|[^/]*[.][^/]*)/.*")) {
      return Optional.empty();
    }
    Optional<String> likely =
        ServeCommand.LAYOUTS.stream().anyMatch(each -> each.toString().equals(text))
            ? Optional.of("oci:" + text)
            : Nearest.to(text, words());
    return Optional.of(
        "No image here has the name "
            + text
            + ", so Docker Hub is asked for "
            + (text.contains("/") ? text : "library/" + text)
            + "."
            + likely.map(each -> " Did you mean " + each + "?").orElse(""));
  }

  private static Optional<String> built(String name) throws IOException {
    for (Path layout : ServeCommand.LAYOUTS) {
      if (Files.exists(layout.resolve("index.json"))
          && new OciLayout(layout)
              .index().manifests().stream()
                  .anyMatch(each -> name.equals(each.annotations().get(Annotations.REF_NAME)))) {
        return Optional.of("oci:" + layout + ":" + name);
      }
    }
    return Optional.empty();
  }

  private List<String> words() {
    return known()
        .map(ImageDefinition::name)
        .flatMap(
            each ->
                each.startsWith(PREFIX)
                    ? Stream.of(each, each.substring(PREFIX.length()))
                    : Stream.of(each))
        .toList();
  }

  private UsageException unknown(String name) {
    return new UsageException(
        "There is no image \""
            + name
            + "\". "
            + Nearest.to(name, words()).map(each -> "Did you mean " + each + "? ").orElse("")
            + "Name "
            + list(standard)
            + (onRequest.isEmpty() ? "" : " or " + list(onRequest))
            + ".");
  }
}
