package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.OptionalLibrary;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The command line of this product over one's own images:
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *   var tools = ImageDefinition.from(SandboxImages.base(), "acme-tools").withPackages("jq");
 *   System.exit(SandboxProgram.of(List.of(tools)).named("acme-images").run(arguments));
 * }
 * }</pre>
 *
 * <p>{@code build}, {@code lock}, {@code lock archive}, {@code verify}, {@code publish} and the
 * other commands have the same options, properties ({@code sandbox.…}), variables ({@code
 * SANDBOX_…}) and exit codes as {@code opencode-sandbox}. Without names, they are about all images
 * of the list. Parents that are not in the list are built with the others, and count only if they
 * are named. An image whose name the program knows is verified against its definition.
 *
 * <p>A run does not end the JVM. It sets no system property, so a proxy that asks for a password
 * over an encrypted connection needs {@code -Djdk.http.auth.tunneling.disabledSchemes=}. The
 * command {@code run} takes over the signals of the process while a container runs, and connects
 * the container to the standard input, output and error of the process.
 */
@Api
public final class SandboxProgram {

  private static final int USAGE = 2;

  private final Edition edition;

  private SandboxProgram(Edition edition) {
    this.edition = edition;
  }

  /**
   * Returns the program for some images.
   *
   * @throws UsageException if there is no image, or two have the same name
   */
  public static SandboxProgram of(List<ImageDefinition> images) {
    return new SandboxProgram(Edition.ofOwn(ImageNames.of(images)));
  }

  /** Returns a copy with a name for messages and help texts; the first is {@code sandbox}. */
  public SandboxProgram named(String name) {
    return new SandboxProgram(edition.withName(name));
  }

  /** Returns a copy with values for options that nothing else sets. */
  public SandboxProgram withDefaults(ProgramDefaults defaults) {
    return new SandboxProgram(edition.withDefaults(defaults));
  }

  /**
   * Runs a command, with the output on the standard output and error of the process.
   *
   * @param arguments the words of the command line, such as {@code build} and {@code --locked}
   * @return the exit code: 0, or the kind of the failure, whose message has been printed
   */
  public int run(String... arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return run(edition, out, err, arguments);
  }

  /**
   * Runs a command like {@link #run(String...)}, with the output on two writers. Only the output of
   * a container of the command {@code run} is on the streams of the process.
   */
  public int run(PrintWriter out, PrintWriter err, String... arguments) {
    return run(edition.elsewhere(), out, err, arguments);
  }

  private static int run(Edition edition, PrintWriter out, PrintWriter err, String... arguments) {
    int exitCode;
    try {
      exitCode = new OpenCodeSandbox(edition, out, err).execute(Settings.ofProcess(), arguments);
    } catch (LinkageError e) {
      // Without picocli, no class of the command line can be loaded but this one.
      err.println(edition.name() + ": " + OptionalLibrary.failure(e).getMessage());
      exitCode = USAGE;
    }
    out.flush();
    err.flush();
    return exitCode;
  }
}
