package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.concurrent.Once;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The program for some images: this product's, or one's own.
 *
 * @param name the program's name in messages and help texts
 * @param ownImages whether the images are not those of this product
 * @param images the images that its commands know, requested only by commands that name images
 * @param defaults the values of options that nothing else sets
 * @param console whether the program writes to the process's own streams, so that it may use a
 *     terminal's control sequences
 * @param alpineMirror the address or directory with Alpine's releases, from which packages come
 *     unless options name repositories; null for Alpine's own
 */
record Edition(
    String name,
    boolean ownImages,
    Supplier<ImageNames> images,
    ProgramDefaults defaults,
    boolean console,
    @Nullable String alpineMirror) {

  static final String PRODUCT = "opencode-sandbox";

  /** Returns the edition for this product's images. */
  static Edition ofProduct() {
    return new Edition(
        PRODUCT, false, new Once<>(ImageNames::ofProduct), ProgramDefaults.none(), true, null);
  }

  /** Returns the edition for images of one's own. */
  static Edition ofOwn(ImageNames images) {
    return new Edition("sandbox", true, () -> images, ProgramDefaults.none(), true, null);
  }

  Edition withName(String newName) {
    return new Edition(newName, ownImages, images, defaults, console, alpineMirror);
  }

  /** Returns a copy whose output is not on the process's own streams. */
  Edition elsewhere() {
    return new Edition(name, ownImages, images, defaults, false, alpineMirror);
  }

  Edition withImages(Supplier<ImageNames> newImages) {
    return new Edition(name, ownImages, newImages, defaults, console, alpineMirror);
  }

  Edition withDefaults(ProgramDefaults newDefaults) {
    return new Edition(name, ownImages, images, newDefaults, console, alpineMirror);
  }

  Edition withAlpineMirror(@Nullable String newMirror) {
    return new Edition(name, ownImages, images, defaults, console, newMirror);
  }

  /**
   * Returns the value of an option that nothing else sets; empty if it has none.
   *
   * @param command the command's own name, such as {@code archive}
   * @param option the option's long name without hyphens
   */
  Optional<String> value(String command, String option) {
    return command.equals("security") && option.equals("image") && ownImages
        ? Optional.of(images.get().standard().get(0).name())
        : defaults.value(command, option);
  }

  /** Returns the texts that replace those about this product's images; empty for the product. */
  Optional<ResourceBundle> helpTexts() {
    return ownImages ? Optional.of(new HelpTexts(images.get())) : Optional.empty();
  }

  /** Returns the edition that a command belongs to. */
  static Edition of(CommandSpec command) {
    return command.root().userObject() instanceof OpenCodeSandbox program
        ? program.edition()
        : ofProduct();
  }

  /** Returns the notations of images that a command is given, with names of one's own replaced. */
  static List<String> notations(CommandSpec command, List<String> given) throws IOException {
    List<String> notations = new ArrayList<>();
    for (String each : given) {
      // Only a name can be that of an image of one's own, so no definition is made for others.
      notations.add(
          each.contains(":") || each.contains("@") ? each : images(command).notation(each));
    }
    return notations;
  }

  /** Returns the images that a command knows. */
  static ImageNames images(CommandSpec command) {
    return of(command).images().get();
  }
}
