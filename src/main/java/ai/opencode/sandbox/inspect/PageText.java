package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Texts out of images, for the contexts of a page. */
final class PageText {

  /** Control characters, and those that change the direction or the shape of a line. */
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

  private static final int LONGEST = 4096;

  private PageText() {}

  /** What a reader is to see of it. */
  static String shown(String text) {
    int end = Math.min(LONGEST, text.length());
    String shown = INVISIBLE.matcher(text.substring(0, end)).replaceAll("\uFFFD");
    return text.length() > LONGEST ? shown + "…" : shown;
  }

  /** For text, and for attributes in quotation marks. */
  static String escaped(String text) {
    return shown(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * For a script element that holds JSON. Only a "&lt;" ends such an element or changes how it is
   * read; as an escape it is the same to JSON.
   */
  static String inScript(JsonNode data) {
    return new String(Json.write(data), StandardCharsets.UTF_8)
        .replace("<", "\\u003c")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
