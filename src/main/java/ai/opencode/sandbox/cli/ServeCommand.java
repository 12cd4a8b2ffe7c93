package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.ShellWord;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code serve}: serves an OCI layout as a registry until the process is ended. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serves the images of an OCI layout as a registry on 127.0.0.1, until Ctrl-C.")
final class ServeCommand implements Callable<Integer> {

  private static final String OCI = "oci:";

  /** The layouts that builds write into if no target is named, with Maven and without. */
  static final List<Path> LAYOUTS = List.of(Path.of("target", "images"), Path.of("images"));

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "DIRECTORY",
      arity = "0..1",
      description = "The OCI layout. Default: target/images if it exists, else images")
  private @Nullable Path directory;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port on 127.0.0.1; 0 for any free port. Default: ${DEFAULT-VALUE}",
      defaultValue = "5000")
  private int port = 5000;

  @CommandLineOnly
  @Option(
      names = "--push",
      description =
          "Let your own programs push to the registry and delete from it. Pushed images are written"
              + " into DIRECTORY, which may be empty. Without --push the registry is read-only.")
  private boolean push;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (port < 0 || port > 65535) {
      throw new UsageException("The port " + port + " does not exist. Use 0 to 65535.");
    }
    Path layout = layout();
    // The registry is closed before the process ends, so that no partial upload stays in the
    // layout.
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Thread atExit = new Thread(() -> end(asked, closed), "serve-end");
    Runtime.getRuntime().addShutdownHook(atExit);
    try (EmbeddedRegistry registry = open(new OciLayout(layout))) {
      List<Descriptor> images = new OciLayout(layout).index().manifests();
      out.println(
          "Serving "
              + layout
              + " on "
              + registry.address()
              + (push ? ", writing pushes into it" : ", read-only without --push")
              + ". Ctrl-C ends it."
              + (images.isEmpty() ? "" : " Try:"));
      for (Descriptor image : images) {
        String name = image.annotations().get(Annotations.REF_NAME);
        if (name != null) {
          out.println(
              "  docker pull " + ShellWord.of(registry.address() + "/" + PlainText.line(name)));
        }
      }
      asked.await();
    } finally {
      closed.countDown();
      if (asked.getCount() > 0) {
        Runtime.getRuntime().removeShutdownHook(atExit);
      }
    }
    return 0;
  }

  private EmbeddedRegistry open(OciLayout layout) throws IOException {
    return push
        ? EmbeddedRegistry.serveWithPush(layout, port)
        : EmbeddedRegistry.serve(layout, port);
  }

  private static void end(CountDownLatch asked, CountDownLatch closed) {
    asked.countDown();
    try {
      closed.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Path layout() throws IOException {
    List<Path> places = directory == null ? LAYOUTS : List.of(withoutPrefix(directory));
    for (Path place : places) {
      if (Files.exists(place.resolve("index.json"))) {
        return place;
      }
    }
    if (push && directory != null && isEmpty(places.get(0))) {
      return places.get(0);
    }
    throw new UsageException(
        places.get(places.size() - 1)
            + " holds no images. Build some first, or name another directory.");
  }

  /** Returns the directory of a layout that is written as other commands have it. */
  private static Path withoutPrefix(Path directory) {
    String text = directory.toString();
    return text.startsWith(OCI) && text.length() > OCI.length() && !Files.exists(directory)
        ? Path.of(text.substring(OCI.length()))
        : directory;
  }

  /** Returns whether a place is missing or empty, so that pushes can make a layout there. */
  private static boolean isEmpty(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return !Files.exists(place);
    }
    try (Stream<Path> content = Files.list(place)) {
      return content.findAny().isEmpty();
    }
  }
}
