package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.contract.ProofOfOrigin;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.VerificationReport;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code verify}: checks images without running them. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks images, without an engine and without running them, and reports every deviation.",
      "An image without findings is consistent: its files are those of the packages that its"
          + " database lists, or those that this release adds. It does not prove who made the"
          + " image: pull by a digest that you trust.",
      "Ends with exit code 6 if there are findings."
    })
final class VerifyCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      description =
          "oci:DIRECTORY[:NAME] or oci-archive:FILE[:NAME] (all images without NAME),"
              + " docker-archive:FILE, a registry reference, or the name of an image of your own"
              + " that build has written.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      description =
          Architecture.PLATFORMS
              + ". Default: all platforms of the image; for an image in a"
              + " registry, this machine's.")
  private @Nullable String platform;

  @Option(
      names = "--contract",
      paramLabel = "NAME",
      description =
          "The contract to check: base, developer, sandbox (the promises of every sandbox) or any"
              + " (a consistent image, not a sandbox), or an image whose definition this program has."
              + " Default: the one for its name.")
  private @Nullable String contract;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      split = ",",
      description = "Public key of a repository of your own, which the images may have.")
  private List<Path> keys = new ArrayList<>();

  @Option(
      names = "--require",
      paramLabel = "KIND",
      split = ",",
      description =
          "Statements that each image must have beside it: sbom (its software), provenance"
              + " (its inputs), origin (the packages' signatures), or all.")
  private List<String> required = new ArrayList<>();

  @Option(
      names = "--origin",
      description =
          "Require that each package is signed by a key that is trusted: Alpine's, or those that"
              + " --lock names, and those of --key. Keys in the image prove nothing by themselves.")
  private boolean origin;

  @Option(
      names = "--keys",
      paramLabel = "DIRECTORY",
      description = "Directory with the only trusted keys, for --origin.")
  private @Nullable Path trusted;

  @Option(
      names = "--lock",
      paramLabel = "FILE",
      description =
          "Lock file, for --origin: its keys and base images are trusted, and each image must be"
              + " one of its results.")
  private @Nullable Path lock;

  @Mixin private Connections connections = new Connections();

  @Option(names = "--list", description = "List the checks, by the ids of findings.")
  private boolean list;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (list) {
      ImageVerifier.checks().forEach((id, promise) -> out.println(id + ": " + promise));
      return 0;
    }
    if (images.isEmpty()) {
      throw new UsageException("Nothing to verify. Name an image, for example oci:target/images");
    }
    List<VerificationReport> reports =
        reports(Edition.notations(Objects.requireNonNull(spec), images));
    if (json) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      reports.forEach(report -> array.add(report.toJson()));
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(array));
    } else {
      reports.forEach(report -> report.lines().forEach(out::println));
    }
    int findings = reports.stream().mapToInt(report -> report.findings().size()).sum();
    if (findings > 0) {
      throw new VerificationException(
          findings
              + (findings == 1 ? " finding" : " findings")
              + ". Show the meaning of the ids with --list.");
    }
    return 0;
  }

  /** Returns the contracts that follow from the definitions of images of one's own. */
  private List<Contract> ownContracts() throws IOException {
    Edition edition = Edition.of(Objects.requireNonNull(spec));
    return edition.images().get().contracts(RepositoryKey.texts(RepositoryKey.readAll(keys)));
  }

  private ImageVerifier verifier(RegistryAccess access) throws IOException {
    ImageVerifier verifier = new ImageVerifier(access);
    if (!required.isEmpty()) {
      verifier = verifier.withRequired(AttestationKind.chosen(required));
    }
    return new ProofOfOrigin(origin, keys, Optional.ofNullable(trusted), lock()).askedBy(verifier);
  }

  /** Returns the lock with the trusted keys. One that is set for all commands asks for no proof. */
  private Optional<Path> lock() {
    boolean named =
        Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption("--lock");
    return origin || named ? Optional.ofNullable(lock) : Optional.empty();
  }

  private static Contract named(String name, List<Contract> own) {
    return own.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseGet(() -> Contract.of(name));
  }

  private List<VerificationReport> reports(List<String> named) throws IOException {
    List<Contract> own = ownContracts();
    Contract held = contract == null ? null : named(contract, own);
    ImageVerifier verifier = verifier(connections.toImages(named)).withContracts(own);
    List<VerificationReport> reports = new ArrayList<>();
    for (String text : named) {
      for (ImageSource source : verifier.images(ImageSource.of(text))) {
        List<Platform> platforms =
            platform == null ? verifier.platforms(source) : List.of(Platform.of(platform));
        for (Platform each : platforms) {
          reports.add(verifier.verify(source, each, held));
        }
      }
    }
    return reports;
  }
}
