package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The npm packages of the developer image of this build are those that verify knows. */
@RequiresImages
class NpmContentsIT {

  private static final Path LAYOUT =
      Path.of(System.getProperty("sandbox.contract.layout", "target/images"));

  /**
   * The packages of a changed package-lock.json have other archives. The missing lines that this
   * test prints belong into npm-contents.txt: the build has compared each archive with the lock.
   */
  @Test
  void areAllKnown() throws IOException {
    ImageSource source = new ImageSource.OciDirectory(LAYOUT, "opencode-sandbox-developer");
    Set<String> lines = new TreeSet<>();
    try (ImageStore store = ImageStore.open(source, RegistryAccess.standard())) {
      ImageRoot root =
          ImageRoot.read(
              store.image(Platform.host(), (id, where, message) -> {}).layers(),
              store.work(),
              (id, where, message) -> {});
      GlobalModules modules =
          new GlobalModules(OwnFiles.of(Contract.DEVELOPER).npm(), root, Platform.host());
      NpmContents.in(root, modules)
          .forEach(
              (directory, digest) -> {
                LockedNpmPackage pkg = modules.packages().get(directory);
                lines.add(
                    Objects.requireNonNull(pkg).tarballIntegrity().orElseThrow() + " " + digest);
              });
    }
    Set<String> known = new TreeSet<>();
    NpmContents.known().forEach((archive, digest) -> known.add(archive + " " + digest));

    assertThat(known).as("lines of npm-contents.txt").containsAll(lines);
  }
}
