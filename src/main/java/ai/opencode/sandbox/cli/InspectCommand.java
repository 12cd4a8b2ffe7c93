package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.FileListing;
import ai.opencode.sandbox.inspect.ImageInspection;
import ai.opencode.sandbox.inspect.ImageInspector;
import ai.opencode.sandbox.inspect.InspectionPage;
import ai.opencode.sandbox.inspect.InspectionText;
import ai.opencode.sandbox.inspect.LayerPicture;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.WholeFile;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.ImageVerifier;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code inspect}: shows how an image's bytes divide into layers and files. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Shows where the bytes of images are: by layer, package and file, and what they share.")
final class InspectCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "oci:DIRECTORY[:NAME] or oci-archive:FILE[:NAME] (all images without NAME),"
              + " docker-archive:FILE, or"
              + " a registry reference.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      description = Architecture.PLATFORMS + ". Default: all that the image is for.")
  private @Nullable String platform;

  @Mixin private Connections connections = new Connections();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a page with treemaps, as one file that loads no others.")
  private @Nullable Path html;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description =
          "Write a picture of the layers. Of an image and its updated version, it shows what the"
              + " update moves.")
  private @Nullable Path svg;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--files",
      description =
          "Print the files that an engine makes of the layers, one a line: mode, owner, size,"
              + " SHA-256, path. With --json, an array of images, each with its files. Ends with 6"
              + " if engines would make different files.")
  private boolean files;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    images = Edition.notations(spec, images);
    if (files) {
      if (html != null || svg != null) {
        throw new UsageException(
            "--files cannot be combined with --html or --svg. Give one of them.");
      }
      printFiles(out);
      return 0;
    }
    if (html != null) {
      WritablePlace.requireFile(html, "--html");
    }
    if (svg != null) {
      WritablePlace.requireFile(svg, "--svg");
    }
    List<ImageInspection> inspections = inspections();
    if (html != null) {
      WholeFile.write(html, InspectionPage.of(inspections));
    }
    if (svg != null) {
      WholeFile.write(svg, LayerPicture.of(inspections));
    }
    if (json) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      inspections.forEach(each -> array.add(each.toJson()));
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(array));
    } else {
      InspectionText.lines(inspections).forEach(out::println);
    }
    return 0;
  }

  private void printFiles(PrintWriter out) throws IOException {
    try (FileListing listing = json ? FileListing.json(out) : FileListing.text(out)) {
      RegistryAccess access = connections.toImages(images);
      ImageInspector inspector = new ImageInspector(access);
      forEachImage(access, (source, each) -> inspector.list(source, each, listing));
    }
  }

  private List<ImageInspection> inspections() throws IOException {
    RegistryAccess access = connections.toImages(images);
    ImageInspector inspector = new ImageInspector(access);
    List<ImageInspection> inspections = new ArrayList<>();
    forEachImage(access, (source, each) -> inspections.add(inspector.inspect(source, each)));
    return inspections;
  }

  private interface Visitor {
    void visit(ImageSource source, Platform platform) throws IOException;
  }

  private void forEachImage(RegistryAccess access, Visitor visitor) throws IOException {
    ImageVerifier verifier = new ImageVerifier(access);
    for (String text : images) {
      for (ImageSource source : verifier.images(ImageSource.of(text))) {
        List<Platform> platforms =
            platform == null ? verifier.platforms(source) : List.of(Platform.of(platform));
        for (Platform each : platforms) {
          visitor.visit(source, each);
        }
      }
    }
  }
}
