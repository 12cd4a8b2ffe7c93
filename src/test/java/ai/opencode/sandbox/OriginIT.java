package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The images that this build made: the real apk checks each package that is stored verbatim, from
 * its head in the index and its layer alone, with a key of the base image.
 */
@RequiresImages
@RequiresRealApk
class OriginIT {

  @Test
  void realApkChecksEachPackageThatIsStoredVerbatim() throws Exception {
    OciLayout layout = ContractImages.layout();
    int checked = 0;
    try (RealApk apk = RealApk.prepare()) {
      Path keys = Files.createDirectories(apk.path("trusted"));
      for (String name :
          new String[] {SandboxImages.base().name(), SandboxImages.developer().name()}) {
        Descriptor index = layout.find(name).orElseThrow();
        writeKeys(layout.blobs(), index, keys);
        for (ApkOrigin.Proof each : origin(layout.blobs(), index).packages()) {
          if (each.stored() == ApkOrigin.Stored.VERBATIM) {
            try (OutputStream file = Files.newOutputStream(apk.path("p.apk"))) {
              file.write(each.head());
              Files.copy(layout.blobs().path(each.layer().orElseThrow()), file);
            }
            assertThat(apk.verify("/trusted", "/p.apk")).as(each.label()).contains("OK");
            checked++;
          }
        }
      }
    }
    assertThat(checked).isGreaterThan(10);
  }

  private static ApkOrigin origin(BlobStore blobs, Descriptor root) throws IOException {
    ImageIndex index = ImageIndex.parse(blobs.read(root.digest()), "the index");
    Descriptor entry = AttestationManifest.entries(index, index.images().get(0).digest()).get(0);
    for (Descriptor each :
        AttestationManifest.statements(blobs.read(entry.digest()), "the attestation")) {
      Statement statement = Statement.parse(blobs.read(each.digest()), "a statement");
      if (statement.predicateType().equals(AttestationKind.ORIGIN.predicateType())) {
        return ApkOrigin.parse(statement.predicate(), "the origin");
      }
    }
    throw new AssertionError("no proof of origin");
  }

  private static void writeKeys(BlobStore blobs, Descriptor root, Path directory)
      throws IOException {
    ImageIndex index = ImageIndex.parse(blobs.read(root.digest()), "the index");
    Manifest manifest = Manifest.parse(blobs.read(index.images().get(0).digest()), "the image");
    BuiltRoot files = BuiltRoot.of(manifest.layers(), blobs);
    for (Map.Entry<String, Digest> key : origin(blobs, root).keys().entrySet()) {
      String path = "etc/apk/keys/" + key.getKey();
      Files.writeString(
          directory.resolve(key.getKey()), Objects.requireNonNull(files.text(path), path));
    }
  }
}
