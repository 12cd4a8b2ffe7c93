package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images for machines that no check knows. */
class UnknownArchitectureTest {

  @TempDir private Path layout;

  @Test
  void refusesAnImageForAnUnknownMachineByItsName() throws Exception {
    Platform riscv = new Platform("linux", "riscv64");
    Descriptor image = AnImage.on(riscv).withFile("a", "a").in(new BlobStore(layout));
    new OciLayout(layout).name("tools", image);

    List<Finding> findings =
        new ImageVerifier(RegistryAccess.standard())
            .verify(ImageSource.of("oci:" + layout), riscv)
            .findings();

    assertThat(findings)
        .filteredOn(each -> each.id().equals("unreadable"))
        .singleElement()
        .satisfies(each -> assertThat(each.message()).contains("linux/riscv64", "linux/amd64"));
  }
}
