package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.definition.file.SandboxFile;
import ai.opencode.sandbox.failure.DefinedPath;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The form of the program for a certain set of images: those of this product, or the user's own.
 *
 * @param name the program's name in messages and help texts
 * @param ownImages whether the images are not those of this product
 * @param images the images that its commands know, requested only by commands that name images
 * @param defaults the values of options that nothing else sets
 * @param console whether the program writes to the process's own streams, so that it may use a
 *     terminal's control sequences
 * @param file the file of one's own images, which knows the places of mistakes; null for none
 */
record Edition(
    String name,
    boolean ownImages,
    Supplier<ImageNames> images,
    ProgramDefaults defaults,
    boolean console,
    @Nullable SandboxFile file) {

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
    return new Edition(newName, ownImages, images, defaults, console, file);
  }

  /** Returns a copy whose output is not on the process's own streams. */
  Edition elsewhere() {
    return new Edition(name, ownImages, images, defaults, false, file);
  }

  Edition withImages(Supplier<ImageNames> newImages) {
    return new Edition(name, ownImages, newImages, defaults, console, file);
  }

  Edition withDefaults(ProgramDefaults newDefaults) {
    return new Edition(name, ownImages, images, newDefaults, console, file);
  }

  Edition withFile(SandboxFile newFile) {
    return new Edition(name, ownImages, images, defaults, console, newFile);
  }

  /**
   * Returns a failure whose message also has the places in {@code sandbox.yaml} that it is about:
   * those of its packages, or that of a path of an image. Without such a file, the message has the
   * name of the image instead.
   */
  Exception located(Exception failure) {
    if (failure instanceof ResolutionException unresolved && file != null) {
      List<String> places = file.placesOfPackages(unresolved.subjects());
      return places.isEmpty()
          ? failure
          : unresolved.withMessage(
              unresolved.getMessage() + " See " + String.join(", ", places) + ".");
    }
    if (!(failure instanceof UsageException wrong) || wrong.subject().isEmpty()) {
      return failure;
    }
    DefinedPath subject = wrong.subject().get();
    String place =
        Optional.ofNullable(file).flatMap(each -> each.placeOf(subject)).orElse(subject.image());
    return new UsageException(place + ": " + wrong.getMessage(), wrong);
  }

  /**
   * Checks that no file of an image is one that a build writes, so that a second build gives the
   * same image.
   *
   * @param outputs the files and directories that a build writes, by their options
   */
  void requireApart(Map<Path, String> outputs) throws IOException {
    if (file == null) {
      return;
    }
    for (Map.Entry<String, Path> source : file.sources().entrySet()) {
      Path from = real(source.getValue());
      for (Map.Entry<Path, String> output : outputs.entrySet()) {
        Path to = real(output.getKey());
        if (from.startsWith(to) || to.startsWith(from)) {
          throw new UsageException(
              file.path()
                  + ":"
                  + source.getKey()
                  + ": The image has "
                  + source.getValue()
                  + ", where this build writes "
                  + output.getKey()
                  + ". Name another place with "
                  + output.getValue()
                  + ".");
        }
      }
    }
  }

  /** Returns a path without links, also of what does not exist yet. */
  private static Path real(Path path) throws IOException {
    Path whole = path.toAbsolutePath().normalize();
    Path existing = whole;
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing.toRealPath().resolve(existing.relativize(whole));
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

  /**
   * Returns the notations of images that a command is given. The name of an image that {@code
   * build} has written into a layout is replaced by its notation there. For any other name without
   * a registry, Docker Hub is asked, after a line that says so.
   *
   * @throws UsageException if a name is that of an image that is not built
   */
  static List<String> notations(CommandSpec command, List<String> given) throws IOException {
    List<String> notations = new ArrayList<>();
    for (String each : given) {
      String notation = ownNotation(command, each);
      notations.add(
          isName(each) && notation.equals(each)
              ? images(command).notationOfProduct(each, of(command).name())
              : notation);
      if (isName(each)
          && notations.contains(each)
          && ImageSource.of(each) instanceof ImageSource.InRegistry) {
        PrintWriter err = command.commandLine().getErr();
        images(command).remark(each).map(PlainText::line).ifPresent(err::println);
      }
    }
    return notations;
  }

  /**
   * Returns the notation of an image that a command is given, with a name of one's own replaced. A
   * name of this product's images stays, because the engine may have that image.
   */
  static String ownNotation(CommandSpec command, String given) throws IOException {
    return isName(given) ? images(command).notation(given, of(command).name()) : given;
  }

  /**
   * Returns whether a text can be the name of an image of one's own. For other texts, the images'
   * definitions need not be made.
   */
  private static boolean isName(String given) {
    return !given.contains(":") && !given.contains("@");
  }

  /** Returns the images that a command knows. */
  static ImageNames images(CommandSpec command) {
    return of(command).images().get();
  }
}
