package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.report.Steering;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Output, which must not control a terminal or a build server. */
class PlainWriterTest {

  @Test
  void noInvisibleCharacterRemains() throws Exception {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Steering.has(c) && c != '\n' && c != '\t') {
        assertThat(written("a" + Character.toString(c) + "b"))
            .as("U+%X", c)
            .matches("a(\\\\u[0-9a-f]{4}){1,2}b");
      }
    }
  }

  @Test
  void aBuildServerIsNotCommanded() throws Exception {
    assertThat(written("::error::x\n  ::set-output name=a::b\n\u00a0::add-mask::x\n"))
        .isEqualTo(":\\u003aerror::x\n  :\\u003aset-output name=a::b\n\u00a0:\\u003aadd-mask::x\n");
    assertThat(written("a ##[error]b ##vso[task] ##teamcity[x] ## title so:a::b"))
        .isEqualTo("a ##\\u005berror]b ##\\u0076so[task] ##\\u0074eamcity[x] ## title so:a::b");
    StringWriter out = new StringWriter();
    PlainWriter plain = new PlainWriter(out);
    plain.write(':');
    plain.write(":error::x\ud83d");
    plain.write("\ude00\r");
    plain.write("\n::x");
    assertThat(out.toString()).isEqualTo(":\\u003aerror::x\ud83d\ude00\\u000d\n:\\u003ax");
  }

  @Test
  void jsonMeansTheSameAfterwards() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String hostile =
        "\u0007\u001b[2J\u007f\u009b31m\u202e\u2028\ud800x\udb40\udc01##[a]\u00e9\n::b";
    String json =
        mapper.writerWithDefaultPrettyPrinter().writeValueAsString(new String[] {hostile});

    String printed = written(json);

    assertThat(printed).doesNotContain("\u009b", "\u202e", "\u2028", "\u007f");
    assertThat(mapper.readTree(printed).get(0).asText()).isEqualTo(hostile);
  }

  private static String written(String text) throws Exception {
    StringWriter out = new StringWriter();
    try (PlainWriter plain = new PlainWriter(out)) {
      plain.write(text);
    }
    return out.toString();
  }
}
