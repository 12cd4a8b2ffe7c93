package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.definition.file.FileSettings;
import ai.opencode.sandbox.definition.file.SandboxFile;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** The edition of the program for the images of a {@code sandbox.yaml}. */
final class FileEdition {

  private static final String OTHER_SUFFIX = "sandbox.yml";

  private FileEdition() {}

  /**
   * Returns the program for the images of the file that a command line names, or that is in the
   * current directory; the same program if there is none, or the command knows no file.
   *
   * @param all the program's commands
   * @param settings values of options that are not on the command line
   * @param arguments the words of the command line
   * @throws UsageException if the file is wrong
   */
  static Edition of(
      Edition edition, CommandLine all, Settings settings, PrintWriter err, String... arguments)
      throws IOException {
    CommandLine command = command(all, arguments);
    Optional<OwnFile> options = OwnFile.of(command, arguments);
    if (options.isEmpty() || !OwnFile.isNeeded(command, arguments)) {
      return edition;
    }
    Optional<Path> named =
        options
            .get()
            .file()
            .or(() -> OwnFile.option(command).map(settings::defaultValue))
            .map(FileEdition::path);
    if (edition.ownImages()) {
      if (named.isPresent()) {
        throw new UsageException(
            "This program defines its images in code and reads no file with images, so it cannot"
                + " use "
                + named.get()
                + ". Leave out --file, or use the program opencode-sandbox.");
      }
      return edition;
    }
    Path here = Path.of(SandboxFile.NAME);
    if (named.isEmpty() && !Files.exists(here, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.exists(Path.of(OTHER_SUFFIX))) {
        err.println(
            OTHER_SUFFIX
                + " is not read. Rename it to "
                + SandboxFile.NAME
                + ", or pass --file "
                + OTHER_SUFFIX
                + ".");
      }
      return edition;
    }
    Path file = named.orElse(here);
    if (OwnFile.isForNames(command)) {
      return edition.withImages(new Once<>(() -> images(read(file, options.get(), command))));
    }
    return of(edition, read(file, options.get(), command));
  }

  private static SandboxFile read(Path file, OwnFile options, CommandLine command) {
    try {
      return SandboxFile.read(
          file, ImageNames.byNameOfProduct(), options.allowsOutside(), OwnFile.contents(command));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path path(String text) {
    if (text.isBlank()) {
      throw new UsageException("--file names no file. Write its name, or leave the option out.");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("--file names no file: " + e.getReason() + ". Correct the name.", e);
    }
  }

  private static Edition of(Edition edition, SandboxFile file) {
    return edition.withImages(() -> images(file)).withDefaults(defaults(file)).withFile(file);
  }

  private static ImageNames images(SandboxFile file) {
    return file.images().isEmpty()
        ? ImageNames.ofProduct()
        : ImageNames.ofProductWith(file.images());
  }

  private static ProgramDefaults defaults(SandboxFile file) {
    FileSettings settings = file.settings();
    Map<String, String> mirrors = new LinkedHashMap<>();
    settings.mirrors().dockerHub().ifPresent(mirror -> mirrors.put("docker.io", mirror));
    return ProgramDefaults.none()
        .withBase(settings.base().orElse(null))
        .withAlpineMirror(settings.mirrors().alpine().orElse(null))
        .withRepositories(settings.repositories())
        .withKeys(settings.keys())
        .withPlatforms(settings.platforms())
        .withRegistry(settings.registry().orElse(null))
        .withRegistryMirrors(mirrors)
        .withNpmRegistry(settings.mirrors().npm().orElse(null))
        .withAuthorities(settings.authorities())
        .withLock(file.lock());
  }

  /** Returns the command that a command line is for. */
  private static CommandLine command(CommandLine all, String... arguments) {
    CommandLine command = all;
    for (String argument : arguments) {
      if (argument.equals("--")) {
        break;
      }
      command = command.getSubcommands().getOrDefault(argument, command);
    }
    return command;
  }
}
