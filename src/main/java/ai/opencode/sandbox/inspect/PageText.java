package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The escaping of texts from images for the contexts of a page. */
final class PageText {

  /** Control characters, and those that change the direction or the shape of a line. */
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

  private static final int LONGEST = 4096;

  private PageText() {}

  /** Returns the text with its invisible characters made visible. */
  static String shown(String text) {
    int end = Math.min(LONGEST, text.length());
    String shown = INVISIBLE.matcher(text.substring(0, end)).replaceAll("\uFFFD");
    return text.length() > LONGEST ? shown + "…" : shown;
  }

  /** Escapes for text, and for attributes in quotation marks. */
  static String escaped(String text) {
    return shown(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * Escapes for a script element that contains JSON. Only a "&lt;" can end such an element or
   * change its parsing; its JSON escape is equivalent.
   */
  static String inScript(JsonNode data) {
    return new String(Json.write(data), StandardCharsets.UTF_8)
        .replace("<", "\\u003c")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
