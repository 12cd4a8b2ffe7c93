package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.ImageDefinition;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The contract deliberately repeats the definitions; this test detects unintended differences. */
class ContractTest {

  @Test
  void requiresTheSamePackagesAsTheDefinitions() {
    for (Map.Entry<Contract, ImageDefinition> each :
        Map.of(
                Contract.BASE, SandboxImages.base(),
                Contract.DEVELOPER, SandboxImages.developer(),
                Contract.AGENT, SandboxImages.agent())
            .entrySet()) {
      TreeSet<String> asked = new TreeSet<>();
      each.getValue().allPackages().forEach(request -> asked.add(request.name()));
      assertThat(each.getKey().contents().packages()).isEqualTo(asked);
      assertThat(each.getKey().title()).isEqualTo(each.getValue().name());
    }
  }

  @Test
  void prefersTheNameInTheStoreToTheTitle() {
    String base = "opencode-sandbox-base";
    String developer = "opencode-sandbox-developer";
    assertThat(Contract.forImage(developer, base)).isEqualTo(Contract.DEVELOPER);
    assertThat(Contract.forImage("tools", base)).isEqualTo(Contract.BASE);
    assertThat(Contract.forImage("", null)).isEqualTo(Contract.SANDBOX);
  }
}
