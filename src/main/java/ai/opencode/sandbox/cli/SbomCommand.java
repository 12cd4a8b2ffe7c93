package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.contract.LockedBill;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.BillReader;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.WholeFile;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.ImageVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code sbom}: writes the bill of materials of an image or of a lock. */
@Command(
    name = "sbom",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the bill of materials (SBOM) of an image or of a lock: its packages from Alpine and"
          + " npm, and the modules of Go programs.",
      "The bill of an image, also of a foreign one, is read from its files. That of a lock needs no image:"
          + " it has the hashes of npm packages too, and lacks the packages of the base image, and"
          + " licences and sources of Alpine packages."
    })
final class SbomCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1",
      description =
          "oci:DIRECTORY[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE, a registry"
              + " reference, the name of an image of your own that build has written, or a lock:"
              + " FILE.json[:NAME].")
  private String image = "";

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      description =
          Architecture.PLATFORMS
              + ". Default: the only one of the image, or this machine's if there are several.")
  private @Nullable String platform;

  @Option(
      names = "--format",
      paramLabel = "spdx|cyclonedx",
      description = "spdx (2.3) or cyclonedx (1.6), both in JSON. Default: ${DEFAULT-VALUE}",
      defaultValue = "spdx")
  private String format = "spdx";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write. Default: standard output")
  private @Nullable Path output;

  @Mixin private Connections connections = new Connections();

  private enum Format {
    SPDX,
    CYCLONEDX;

    static Format of(String name) {
      return switch (name) {
        case "spdx" -> SPDX;
        case "cyclonedx" -> CYCLONEDX;
        default ->
            throw new UsageException("\"" + name + "\" is not a format. Use spdx or cyclonedx.");
      };
    }

    byte[] document(Sbom sbom, SoftwareBill bill) {
      return switch (this) {
        case SPDX -> sbom.spdx(bill);
        case CYCLONEDX -> sbom.cyclonedx(bill);
      };
    }
  }

  @Override
  public Integer call() throws IOException {
    Format chosen = Format.of(format);
    if (output != null) {
      WritablePlace.requireFile(output, "--output");
    }
    CommandSpec command = Objects.requireNonNull(spec);
    Optional<NamedLock> lock = NamedLock.of(image);
    SoftwareBill bill = lock.isPresent() ? locked(command, lock.get()) : read(command);
    Sbom sbom = Sbom.ofProgram(Project.version());
    byte[] document = chosen.document(sbom, bill);
    String text = new String(document, StandardCharsets.UTF_8) + "\n";
    if (output != null) {
      WholeFile.write(output, text);
    } else {
      PrintWriter out = command.commandLine().getOut();
      out.print(text);
      out.flush();
    }
    return 0;
  }

  private SoftwareBill locked(CommandSpec command, NamedLock lock) throws IOException {
    ImageKey key = lock.image(Optional.ofNullable(platform).map(Platform::of));
    return LockedBill.of(
        lock.content(), key, Edition.images(command).known(key.name()).orElse(null));
  }

  private SoftwareBill read(CommandSpec command) throws IOException {
    List<String> notations = Edition.notations(command, List.of(image));
    RegistryAccess access = connections.toImages(notations);
    ImageVerifier images = new ImageVerifier(access);
    List<ImageSource> sources = images.images(ImageSource.of(notations.get(0)));
    if (sources.size() > 1) {
      throw new UsageException(
          image
              + " has "
              + sources.size()
              + " images, and a bill of materials is about one. Name one of "
              + sources.stream().map(ImageSource::toString).collect(Collectors.joining(", "))
              + ".");
    }
    ImageSource source = sources.get(0);
    Platform chosen =
        platform != null
            ? Platform.of(platform)
            : OnePlatformChoice.of(images.platforms(source), image);
    return new BillReader(access).bill(source, chosen);
  }
}
