package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The statements about the images of this build tell nothing of the machine that made them. */
@RequiresImages
class StatementsNameNoMachineIT {

  static List<String> images() {
    return List.of(SandboxImages.base().name(), SandboxImages.developer().name());
  }

  @ParameterizedTest
  @MethodSource("images")
  void haveNoPathHostUserOrStateOfACheckout(String image) throws Exception {
    MachineTraces traces = MachineTraces.ofThis();
    BlobStore blobs = ContractImages.layout().blobs();
    Descriptor root = ContractImages.layout().find(image).orElseThrow();
    byte[] index = blobs.read(root.digest());
    List<JsonNode> documents = new ArrayList<>(List.of(Json.parse(index, "the index")));
    List<String> kinds = new ArrayList<>();
    for (Descriptor entry : AttestationManifest.entries(ImageIndex.parse(index, "the index"))) {
      byte[] manifest = blobs.read(entry.digest());
      documents.add(Json.parse(manifest, "the attestation"));
      for (Descriptor each : AttestationManifest.statements(manifest, "the attestation")) {
        byte[] statement = blobs.read(each.digest());
        kinds.add(Statement.parse(statement, "a statement").predicateType());
        documents.add(Json.parse(statement, "a statement"));
      }
    }

    for (AttestationKind each : AttestationKind.standard()) {
      assertThat(kinds).contains(each.predicateType());
    }
    for (JsonNode each : documents) {
      assertThat(traces.in(each)).isEmpty();
    }
  }
}
