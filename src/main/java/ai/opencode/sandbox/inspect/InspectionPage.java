package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.inspect.ImageInspection.FileUse;
import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.inspect.ImageInspection.PartUse;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.report.ByteSize;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Inspections as a single HTML file. Its style and script are embedded, it loads nothing, and names
 * from images are inserted as text only. A content security policy allows only that script, as a
 * second defense against mistakes in the first.
 */
public final class InspectionPage {

  /** The remaining files of a package are one rectangle in the treemap. */
  private static final int FILES_OF_A_PACKAGE = 40;

  private static final int LARGEST = 10;

  /** Length in characters up to which a description is shown unfolded. */
  private static final int FOLDED = 70;

  private InspectionPage() {}

  /** Returns the whole file. */
  public static String of(List<ImageInspection> images) throws IOException {
    Map<Digest, List<String>> sharing = InspectionText.sharing(images);
    ObjectNode data = Json.object();
    ArrayNode array = data.putArray("images");
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < images.size(); i++) {
      array.add(data(images.get(i), sharing));
      section(body, images.get(i), i, sharing);
    }
    String style = resource("page.css");
    String script = resource("page.js");
    return PageTemplate.of(resource("page.html"))
        .filledWith(
            Map.of(
                "POLICY", policy(style, script),
                "STYLE", style,
                "SCRIPT", script,
                "BODY", body.toString(),
                "DATA", PageText.inScript(data)));
  }

  /** Returns a policy that allows only this style and this script, and no loading or sending. */
  private static String policy(String style, String script) {
    return "default-src 'none'; style-src "
        + hash(style)
        + "; script-src "
        + hash(script)
        + "; img-src data:; base-uri 'none'; form-action 'none';"
        + " require-trusted-types-for 'script'; trusted-types 'none'";
  }

  private static String hash(String text) {
    byte[] sha256 =
        HexFormat.of().parseHex(Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex());
    return "'sha256-" + Base64.getEncoder().encodeToString(sha256) + "'";
  }

  private static ObjectNode data(ImageInspection image, Map<Digest, List<String>> sharing) {
    ObjectNode node = Json.object();
    node.put("name", PageText.shown(image.name()));
    ArrayNode parts = node.putArray("parts");
    for (PartUse part : image.parts()) {
      if (part.bytes() == 0) {
        continue;
      }
      ObjectNode object = parts.addObject();
      object.put("origin", part.origin().text());
      object.put("name", PageText.shown(part.name()));
      object.put("version", PageText.shown(part.version()));
      object.put("bytes", part.bytes());
      object.put("count", part.files().size());
      object.put("shared", isShared(image, part, sharing));
      ArrayNode files = object.putArray("files");
      long rest = part.bytes();
      int count = 0;
      for (FileUse file : part.files()) {
        if (count == FILES_OF_A_PACKAGE || file.bytes() == 0) {
          break;
        }
        files.addObject().put("name", PageText.shown("/" + file.path())).put("bytes", file.bytes());
        rest -= file.bytes();
        count++;
      }
      if (rest > 0) {
        files
            .addObject()
            .put("name", (part.files().size() - count) + " more files")
            .put("bytes", rest);
      }
    }
    return node;
  }

  /** Returns whether most of a part is in layers that another image on the page has too. */
  private static boolean isShared(
      ImageInspection image, PartUse part, Map<Digest, List<String>> sharing) {
    long shared =
        part.files().stream()
            .filter(file -> isShared(image.layers().get(file.layer() - 1), sharing))
            .mapToLong(FileUse::bytes)
            .sum();
    return shared * 2 > part.bytes();
  }

  private static boolean isShared(LayerUse layer, Map<Digest, List<String>> sharing) {
    return sharing.getOrDefault(layer.digest(), List.of()).size() > 1;
  }

  private static void section(
      StringBuilder body, ImageInspection image, int index, Map<Digest, List<String>> sharing) {
    long shared =
        image.layers().stream()
            .filter(layer -> isShared(layer, sharing))
            .mapToLong(LayerUse::compressedBytes)
            .sum();
    body.append("<section id=\"image-").append(index).append("\">\n<h2>");
    body.append(PageText.escaped(image.name())).append("</h2>\n");
    body.append("<p class=\"digest\">").append(PageText.escaped(image.platform().toString()));
    body.append(" · ").append(image.digest()).append("</p>\n<dl class=\"figures\">");
    figure(body, "compressed", image.compressedBytes());
    figure(body, "unpacked", image.unpackedBytes());
    figure(body, "visible files", image.fileBytes());
    if (shared > 0) {
      figure(body, "shared, compressed", shared);
    }
    body.append("</dl>\n<h3>Packages and files by size</h3>\n");
    body.append("<p class=\"trail\" aria-live=\"polite\"></p>\n");
    body.append("<div class=\"treemap\" data-image=\"").append(index);
    body.append("\" role=\"group\" aria-label=\"Treemap of ");
    body.append(PageText.escaped(image.name())).append("\"></div>\n<p class=\"legend\">");
    for (String kind : List.of("apk", "npm", "image")) {
      body.append("<span class=\"key ").append(kind).append("\"></span>");
      body.append(kind.equals("image") ? "made by the build" : kind + " packages").append(' ');
    }
    if (shared > 0) {
      body.append("<span class=\"key apk shared\"></span>striped: in layers shared between images");
    }
    body.append("</p>\n<h3>Ten largest packages</h3>\n");
    packages(body, image);
    body.append("<h3>Ten largest files</h3>\n");
    files(body, image);
    body.append("<h3>Layers</h3>\n");
    layers(body, image, sharing);
    body.append("</section>\n");
  }

  private static void figure(StringBuilder body, String name, long bytes) {
    body.append("<div><dt>").append(name).append("</dt><dd>");
    body.append(ByteSize.of(bytes)).append("</dd></div>");
  }

  private static void packages(StringBuilder body, ImageInspection image) {
    table(body, "packages", "Package", "Files", "Size", "In a pull, about");
    for (PartUse part : image.parts().subList(0, Math.min(LARGEST, image.parts().size()))) {
      row(
          body,
          PageText.escaped(part.name())
              + " <small>"
              + PageText.escaped((part.origin().text() + " " + part.version()).trim())
              + "</small>",
          Integer.toString(part.files().size()),
          ByteSize.of(part.bytes()),
          ByteSize.of(part.transferBytes()));
    }
    body.append("</tbody></table></div>\n");
  }

  private static void files(StringBuilder body, ImageInspection image) {
    table(body, "files", "File", "Layer", "Size");
    for (FileUse file : InspectionText.largestFiles(image)) {
      row(
          body,
          "<code>/" + PageText.escaped(file.path()) + "</code>",
          Integer.toString(file.layer()),
          ByteSize.of(file.bytes()));
    }
    body.append("</tbody></table></div>\n");
  }

  private static void layers(
      StringBuilder body, ImageInspection image, Map<Digest, List<String>> sharing) {
    long all = Math.max(1, image.compressedBytes());
    body.append("<div class=\"strip\" role=\"img\" aria-label=\"Layers by compressed size\">");
    for (LayerUse layer : image.layers()) {
      body.append("<span class=\"").append(isShared(layer, sharing) ? "shared" : "own");
      body.append("\" data-share=\"").append(1 + layer.compressedBytes() * 10_000 / all);
      body.append("\" title=\"").append(layer.number()).append(": ");
      body.append(PageText.escaped(layer.createdBy())).append(", ");
      body.append(ByteSize.of(layer.compressedBytes())).append("\"></span>");
    }
    body.append("</div>\n");
    table(body, "layers", "Layer", "Shared", "Compressed", "Unpacked", "Hidden above");
    for (LayerUse layer : image.layers()) {
      row(
          body,
          layer.number()
              + " "
              + folded(layer.createdBy())
              + " <small>"
              + layer.digest().toString().substring(0, 19)
              + "</small>",
          isShared(layer, sharing) ? "yes" : "",
          ByteSize.of(layer.compressedBytes()),
          ByteSize.of(layer.unpackedBytes()),
          layer.hiddenBytes() == 0 ? "" : ByteSize.of(layer.hiddenBytes()));
    }
    body.append("</tbody></table></div>\n");
  }

  /** Folds a long line: a layer of many small packages names them all. */
  private static String folded(String line) {
    String createdBy = PageText.shown(line);
    if (createdBy.length() <= FOLDED) {
      return PageText.escaped(createdBy);
    }
    int end = createdBy.lastIndexOf(' ', FOLDED);
    int cut = end < 1 ? FOLDED : end;
    return "<details><summary>"
        + PageText.escaped(createdBy.substring(0, cut))
        + " …</summary>"
        + PageText.escaped(createdBy.substring(cut).strip())
        + "</details>";
  }

  private static void table(StringBuilder body, String name, String... heads) {
    body.append("<div class=\"scroll\"><table class=\"").append(name).append("\"><thead><tr>");
    for (String head : heads) {
      body.append("<th scope=\"col\">").append(head).append("</th>");
    }
    body.append("</tr></thead><tbody>\n");
  }

  private static void row(StringBuilder body, String... cells) {
    body.append("<tr>");
    for (String cell : cells) {
      body.append("<td>").append(cell).append("</td>");
    }
    body.append("</tr>\n");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = InspectionPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
