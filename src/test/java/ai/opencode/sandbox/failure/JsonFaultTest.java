package ai.opencode.sandbox.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonFaultTest {

  @Test
  void keepsWhatIsAboutTheDocument() {
    assertThat(
            JsonFault.of(
                "Duplicate field 'a' for ObjectNode: not allowed"
                    + " when DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY enabled"))
        .isEqualTo("Duplicate field 'a'");
    assertThat(
            JsonFault.of(
                "Document nesting depth (1001) exceeds the maximum allowed (1000, from"
                    + " `StreamReadConstraints.getMaxNestingDepth()`)"))
        .isEqualTo("Document nesting depth (1001) exceeds the maximum allowed (1000)");
  }
}
