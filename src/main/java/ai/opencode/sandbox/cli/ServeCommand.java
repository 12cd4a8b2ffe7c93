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

/** Serves the images of a folder as a registry, until it is ended. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serves the images of an OCI layout as a registry on 127.0.0.1, until Ctrl-C.")
final class ServeCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      description = "The OCI layout. Default: target/images where it exists, else images")
  private @Nullable Path folder;

  @Option(
      names = "--port",
      description = "0 for any that is free. Default: ${DEFAULT-VALUE}",
      defaultValue = "5000")
  private int port = 5000;

  @CommandLineOnly
  @Option(
      names = "--push",
      description =
          "Let your own programs push to it and delete from it; what is pushed is written into"
              + " FOLDER, which may be empty. Without it the registry is read-only.")
  private boolean push;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (port < 0 || port > 65535) {
      throw new UsageException("There is no port " + port + "; use 0 to 65535");
    }
    Path layout = layout();
    // Ends with the registry closed, so that nothing half-received stays in the layout.
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
              + (push ? "; pushes are written into it" : "; read-only without --push")
              + "; Ctrl-C ends it."
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
    List<Path> places =
        folder == null ? List.of(Path.of("target", "images"), Path.of("images")) : List.of(folder);
    for (Path place : places) {
      if (Files.exists(place.resolve("index.json"))) {
        return place;
      }
    }
    if (push && folder != null && isEmpty(folder)) {
      return folder;
    }
    throw new UsageException(
        places.get(places.size() - 1)
            + " holds no images; build some first, or name another folder");
  }

  /** What is pushed makes a layout where there is nothing yet. */
  private static boolean isEmpty(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return !Files.exists(place);
    }
    try (Stream<Path> content = Files.list(place)) {
      return content.findAny().isEmpty();
    }
  }
}
