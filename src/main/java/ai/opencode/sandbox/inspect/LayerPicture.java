package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.ByteSize;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The layers of images as an SVG picture: a column for each image, its first layer at the bottom. A
 * layer that an image to the left has too is pale, because neither a push nor a pull moves it
 * again. So an image beside its updated version shows what the update moves.
 */
public final class LayerPicture {

  private static final int MARGIN = 16;
  private static final int COLUMN = 250;
  private static final int GAP = 20;

  /** The height of a layer is a line of text and this for each megabyte, so all can be read. */
  private static final double PER_MEGABYTE = 2.2;

  private static final int LINE = 14;
  private static final int HEAD = 54;
  private static final int LEGEND = 60;

  /** The characters of a layer's name that fit beside its size. */
  private static final int NAME = 30;

  private static final String STYLE =
      "text{font:11px sans-serif;fill:#1b2733}.t{font-weight:bold;font-size:13px}"
          + ".s{text-anchor:end}rect{stroke:#fff}.p{fill:#7cb8f2}.m{fill:#f2b56b}"
          + ".b{fill:#fff}.again{fill-opacity:.28}text.again{fill-opacity:.6}";

  private final StringBuilder svg = new StringBuilder();
  private final Set<Digest> toTheLeft = new HashSet<>();

  private LayerPicture() {}

  /** Returns the whole file. */
  public static String of(List<ImageInspection> images) {
    LayerPicture picture = new LayerPicture();
    picture.draw(images);
    return picture.svg.toString();
  }

  private void draw(List<ImageInspection> images) {
    double tallest = images.stream().mapToDouble(LayerPicture::height).max().orElse(0);
    int width = 2 * MARGIN + images.size() * (COLUMN + GAP) - GAP;
    double bottom = HEAD + tallest + MARGIN;
    open(width, bottom + LEGEND);
    double x = MARGIN;
    for (ImageInspection image : images) {
      column(image, x, bottom);
      x += COLUMN + GAP;
    }
    legend(bottom + 22);
    svg.append("</svg>\n");
  }

  private void open(int width, double height) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\""
                + " viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"Layers of images\">%n"
                + "<style>%s</style>%n<rect class=\"b\" width=\"100%%\" height=\"100%%\"/>%n",
            width,
            height,
            width,
            height,
            STYLE));
  }

  private void column(ImageInspection image, double x, double bottom) {
    double top = bottom - height(image);
    long fresh = 0;
    int freshLayers = 0;
    double y = bottom;
    Set<Digest> own = new HashSet<>();
    for (LayerUse layer : image.layers()) {
      boolean again = toTheLeft.contains(layer.digest());
      if (!again) {
        fresh += layer.compressedBytes();
        freshLayers++;
      }
      y -= height(layer);
      layer(layer, again ? " again" : "", x, y);
      own.add(layer.digest());
    }
    text("t", x, top - 26, cut(image.name(), NAME));
    String size =
        ByteSize.megabytes(image.compressedBytes()) + " in " + image.layers().size() + " layers";
    String moved =
        toTheLeft.isEmpty()
            ? size
            : size + "; to move: " + ByteSize.of(fresh) + " in " + freshLayers;
    text("", x, top - 10, moved);
    toTheLeft.addAll(own);
  }

  private void layer(LayerUse layer, String again, double x, double y) {
    String kind = layer.createdBy().endsWith("(unchanged)") ? "p" : "m";
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s%s\" x=\"%.0f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>%n",
            kind,
            again,
            x,
            y,
            COLUMN,
            height(layer)));
    text(again.strip(), x + 6, y + 11, name(layer.createdBy()));
    text(
        ("s" + again).strip(), x + COLUMN - 6, y + 11, ByteSize.megabytes(layer.compressedBytes()));
  }

  private void legend(double y) {
    legend("p", MARGIN, y, "one package, as its repository signed it");
    legend("m", MARGIN, y + 18, "small packages together, npm packages, settings");
    legend("p again", MARGIN + COLUMN + GAP + 40.0, y, "in an image to the left too:");
    text("", MARGIN + COLUMN + GAP + 58.0, y + 28, "not moved again");
  }

  private void legend(String kind, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"12\" height=\"12\"/>%n",
            kind,
            x,
            y));
    text("", x + 18, y + 10, text);
  }

  private void text(String style, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text%s x=\"%.0f\" y=\"%.1f\">%s</text>%n",
            style.isEmpty() ? "" : " class=\"" + style + "\"",
            x,
            y,
            PageText.escaped(text)));
  }

  /** Returns the first package of a layer, and how many more there are. */
  private static String name(String createdBy) {
    String list = createdBy.replaceFirst("^(apk|npm) ", "").replaceFirst(" \\(unchanged\\)$", "");
    if (list.equals(createdBy)) {
      return cut(createdBy, NAME);
    }
    String[] packages = list.split(" ", -1);
    String more = packages.length == 1 ? "" : " + " + (packages.length - 1) + " more";
    return cut(packages[0], NAME - more.length()) + more;
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }

  private static double height(ImageInspection image) {
    return image.layers().stream().mapToDouble(LayerPicture::height).sum();
  }

  private static double height(LayerUse layer) {
    return LINE + layer.compressedBytes() / 1e6 * PER_MEGABYTE;
  }
}
