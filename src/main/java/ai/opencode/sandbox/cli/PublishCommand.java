package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.attest.KeptStatements;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code publish}: publishes already built images unchanged. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = "Sends finished images to registries, without building anything.")
final class PublishCommand implements Callable<Integer> {

  /** A registry with a namespace, {@code HOST/NAMESPACE/[:TAG]}. */
  static final Pattern NAMESPACE =
      Pattern.compile("(?!oci:|oci-archive:|docker-archive:)(.*/)((?::[^/:]+)?)");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE",
      descriptionKey = HelpTexts.PUBLISHED,
      description =
          "oci:DIRECTORY[:NAME] or oci-archive:FILE[:NAME] (all images without NAME), a registry"
              + " reference, or HOST/NAMESPACE/[:TAG] (opencode-sandbox-base and -developer there).",
      arity = "1..*")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      split = ",",
      required = true,
      description = "HOST/NAMESPACE/ (each image's name is added), or HOST/NAME[:TAG].")
  private List<String> to = new ArrayList<>();

  @Option(
      names = "--tag",
      paramLabel = "TAG",
      split = ",",
      description =
          "Tags of the image in the registry. Default: those that follow from its version.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--attest",
      paramLabel = "KIND",
      split = ",",
      description =
          "Statements that are published with each image: all, none, or some of sbom, provenance"
              + " and origin. The images stay the same, but not their index. Default: all.")
  private List<String> attest = new ArrayList<>();

  @Mixin private Naming naming = new Naming();

  @Mixin private Connections connections = new Connections();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    images = Edition.notations(spec, images);
    try (ShownProgress progress = ProgressForm.STAGES.of(spec)) {
      connections.warnings().forEach(progress::warn);
      publish(progress, out);
    }
    return 0;
  }

  private void publish(ShownProgress progress, PrintWriter out) throws IOException {
    List<Target> targets = to.stream().map(Target::of).map(ImagePublisher::publishable).toList();
    RegistryAccess access = connections.to(Connections.registries(targets)).withProgress(progress);
    ImagePublisher publisher = new ImagePublisher(access, progress);
    List<ImageStore> open = new ArrayList<>();
    try {
      List<StoredImage> images = new ArrayList<>();
      for (ImageSource source : sources(access)) {
        ImageStore store = ImageStore.open(source, access);
        open.add(store);
        ImageStore.WholeImage whole = store.whole();
        KeptStatements kept = KeptStatements.of(attest, whole.blobs(), whole.root());
        images.add(StoredImage.read(whole.name(), kept.blobs(), kept.root()));
      }
      for (Target target : targets) {
        publisher
            .publish(images, target, naming.publication().withNames(names))
            .forEach(
                each ->
                    out.println(each.place() + (each.tags().isEmpty() ? "" : "@" + each.digest())));
      }
      out.flush();
      progress.summarize();
    } finally {
      for (ImageStore store : open) {
        store.close();
      }
    }
  }

  private List<ImageSource> sources(RegistryAccess access) throws IOException {
    Set<ImageSource> sources = new LinkedHashSet<>();
    for (String image : images) {
      Matcher namespace = NAMESPACE.matcher(image);
      if (namespace.matches()) {
        for (ImageDefinition each : Edition.images(Objects.requireNonNull(spec)).standard()) {
          sources.add(ImageSource.of(namespace.group(1) + each.name() + namespace.group(2)));
        }
      } else {
        try (ImageStore store = ImageStore.open(ImageSource.of(image), access)) {
          sources.addAll(store.images());
        }
      }
    }
    return List.copyOf(sources);
  }
}
