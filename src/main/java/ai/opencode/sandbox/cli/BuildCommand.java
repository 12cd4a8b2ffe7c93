package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.ImpliedSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.records.CacheSource;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command {@code build}: builds images and sends them to targets. */
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    description = "Builds images and sends them to a directory or a registry.")
final class BuildCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      descriptionKey = HelpTexts.BUILT,
      description =
          "base, developer, agent or their full names, or images of sandbox.yaml. If none is given:"
              + " all images of the file, or base and developer without a file.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--images",
      paramLabel = "IMAGE",
      split = "\\s*,\\s*",
      splitSynopsisLabel = ",",
      description = "The images, for a property or an environment variable; arguments precede it.")
  private List<String> chosen = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      split = ",",
      description = {Target.NOTATIONS + "; several at once.", "Default: oci:images"})
  private List<String> to = new ArrayList<>();

  @Option(
      names = "--registry",
      paramLabel = "HOST/NAMESPACE",
      description = "Registry in which the images are also published, each under its own name.")
  private @Nullable String registry;

  @Option(
      names = "--cache-from",
      paramLabel = "PLACE",
      split = ",",
      description =
          "Former images in a registry, from which a build with a lock takes what has not"
              + " changed: "
              + CacheSource.NOTATION
              + ". Registries of --to are used without it.")
  private List<String> cacheFrom = new ArrayList<>();

  @Option(
      names = "--cache-to",
      paramLabel = "PLACE",
      split = ",",
      description =
          "A place to which the images are written too, for --cache-from of later builds; its tag"
              + " is moved, and is \"cache\" unless named.")
  private List<String> cacheTo = new ArrayList<>();

  @Mixin private Naming naming = new Naming();

  @Mixin private Inputs inputs = new Inputs();

  @Option(
      names = "--locked",
      description =
          "Fail if the lock file would have to change. Base, repositories, keys and platforms are"
              + " those of the lock unless named.")
  private boolean locked;

  @CommandLineOnly
  @Option(
      names = "--accept-archive-lock",
      description =
          "Trust an archive's statement of where its content comes from when there is no"
              + " lock of your own. Accepted on the command line only.")
  private boolean acceptArchiveLock;

  @CommandLineOnly
  @Option(
      names = "--allow-downgrade",
      description =
          "Write the lock even if something in it goes back to an older version. Counts"
              + " on the command line only.")
  private boolean allowDowngrade;

  @Option(
      names = "--strict-scripts",
      description = "Fail if a package has an installation script whose effect is unknown.")
  private boolean strictScripts;

  @Option(
      names = "--creation-time",
      paramLabel = "TIME",
      converter = TimeText.class,
      description =
          "Creation time of the images, such as 2026-11-28T14:00:00Z, or in seconds since 1970"
              + " (default: the build date of the newest package in each image).")
  private @Nullable Instant creationTime;

  @Option(
      names = "--attest",
      paramLabel = "KIND",
      split = ",",
      description =
          "Statements about each image in its index: sbom (its software), provenance (its"
              + " inputs) and origin (the packages' signatures), or none; +KIND adds one to the"
              + " default: all three. Docker's archives and engines get none.")
  private List<String> attest = new ArrayList<>();

  @Option(names = "--explain", description = "Show for each package how it is stored, and why.")
  private boolean explain;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--results",
      paramLabel = "DIRECTORY",
      description = "Write NAME.digest and NAME.json for each image.")
  private @Nullable Path results;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (ShownProgress progress = ProgressForm.STAGES.of(spec)) {
      return build(progress, out);
    }
  }

  private int build(ShownProgress progress, PrintWriter out) throws IOException {
    List<ImageDefinition> definitions =
        Edition.images(Objects.requireNonNull(spec)).definitions(names());
    List<Target> targets = targets();
    Publication publication = naming.publication();
    BuildSettings settings = settings(targets);
    requireWritable(settings.lock().file());
    Edition.of(Objects.requireNonNull(spec)).requireApart(outputs(targets, settings));
    inputs.connections().warnings().forEach(progress::warn);
    SandboxBuilder builder =
        new SandboxBuilder(settings, progress)
            .withCacheFrom(cacheFrom.stream().map(CacheSource::new).toList())
            .withCacheTo(cacheTo.stream().map(CacheSource::new).toList());
    builder.requireReachable(definitions, targets);
    SandboxBuilder.Sent sent = builder.buildAndSend(definitions, targets, publication);
    List<BuiltImage> built = sent.images();
    if (results != null) {
      ResultJson.writeEach(results, built);
    }
    if (json != null) {
      ResultJson.write(json, built);
    }
    progress.clear();
    if (explain) {
      for (BuiltImage image : built) {
        LayerExplanation.lines(image.planned()).forEach(each -> out.println(PlainText.line(each)));
      }
      out.println();
    }
    ResultTable.lines(built).forEach(out::println);
    out.flush();
    progress.summarize();
    progress.finish();
    new NextCommands(Edition.of(Objects.requireNonNull(spec)).name(), Path.of("").toAbsolutePath())
        .lines(sent.deliveries().get(sent.deliveries().size() - 1))
        .forEach(out::println);
    return 0;
  }

  /** Returns the images' names: the arguments, else the option, which a setting may give. */
  private List<String> names() {
    ParseResult given = Objects.requireNonNull(spec).commandLine().getParseResult();
    if (!images.isEmpty() && given.hasMatchedOption("--images")) {
      throw new UsageException(
          "Images are named by --images ("
              + String.join(", ", chosen)
              + ") and by arguments ("
              + String.join(", ", images)
              + "). Name all in one of them.");
    }
    return images.isEmpty() ? chosen : images;
  }

  /** Checks before a long build that its results can be written at the end. */
  private void requireWritable(@Nullable Path lockFile) {
    if (lockFile != null && (Files.isDirectory(lockFile) || !Files.exists(lockFile))) {
      WritablePlace.requireFile(lockFile, "--lock");
    }
    if (results != null) {
      WritablePlace.requireDirectory(results, "--results");
    }
    if (json != null) {
      WritablePlace.requireFile(json, "--json");
    }
  }

  /** Returns the files and directories that this build writes, by the options that name them. */
  private Map<Path, String> outputs(List<Target> targets, BuildSettings settings) {
    Map<Path, String> outputs = new LinkedHashMap<>();
    targets.forEach(each -> each.path().ifPresent(path -> outputs.put(path, "--to")));
    outputs.put(settings.cache(), "--cache");
    if (settings.lock().file() != null) {
      outputs.put(settings.lock().file(), "--lock");
    }
    if (results != null) {
      outputs.put(results, "--results");
    }
    if (json != null) {
      outputs.put(json, "--json");
    }
    return outputs;
  }

  private List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    to.forEach(text -> targets.add(Target.of(text)));
    if (registry != null) {
      targets.add(Target.of(registry.endsWith("/") ? registry : registry + "/"));
    }
    if (to.isEmpty() && registry == null) {
      targets.add(Target.of("oci:images"));
    }
    return targets;
  }

  private BuildSettings settings(List<Target> targets) throws IOException {
    return ImpliedSettings.of(
        inputs
            .settings(Connections.registries(targets))
            .withLockFile(inputs.lockFile(), locked)
            .withAcceptArchiveLock(acceptArchiveLock)
            .withAllowDowngrade(allowDowngrade)
            .withStrictScripts(strictScripts)
            .withCreationTime(creationTime)
            .withAttestations(AttestationKind.chosen(attest)),
        inputs.namesPlatforms(),
        inputs.isMirror(),
        targets.stream().anyMatch(Target::leavesThisMachine));
  }
}
