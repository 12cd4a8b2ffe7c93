package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.inspect.ImageInspection.FileUse;
import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.inspect.ImageInspection.PartUse;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.PlainText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Inspections as text for a terminal. */
public final class InspectionText {

  private static final int LARGEST = 10;

  private InspectionText() {}

  /** Returns the lines about all images and the layers that they share. */
  public static List<String> lines(List<ImageInspection> images) {
    Map<Digest, List<String>> sharing = sharing(images);
    List<String> lines = new ArrayList<>();
    for (ImageInspection image : images) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.addAll(lines(image, sharing));
    }
    return lines;
  }

  /** Returns the images that contain a layer, by layer. */
  static Map<Digest, List<String>> sharing(List<ImageInspection> images) {
    Map<Digest, List<String>> sharing = new LinkedHashMap<>();
    for (ImageInspection image : images) {
      Set<Digest> own = image.layers().stream().map(LayerUse::digest).collect(Collectors.toSet());
      for (Digest digest : own) {
        sharing.computeIfAbsent(digest, key -> new ArrayList<>()).add(image.source());
      }
    }
    return sharing;
  }

  private static List<String> lines(ImageInspection image, Map<Digest, List<String>> sharing) {
    List<String> lines = new ArrayList<>();
    lines.add(PlainText.line(image.name()) + " " + image.platform() + " " + image.digest());
    lines.add(
        String.format(
            Locale.ROOT,
            "%s compressed, %s unpacked, %s in visible files",
            ByteSize.of(image.compressedBytes()),
            ByteSize.of(image.unpackedBytes()),
            ByteSize.of(image.fileBytes())));
    addLayers(image, sharing, lines);
    addPackages(image, lines);
    addFiles(image, lines);
    return lines;
  }

  private static void addLayers(
      ImageInspection image, Map<Digest, List<String>> sharing, List<String> lines) {
    lines.add("");
    lines.add("  LAYER  COMPRESSED    UNPACKED    HIDDEN  CREATED BY");
    long shared = 0;
    for (LayerUse layer : image.layers()) {
      boolean isShared = sharing.getOrDefault(layer.digest(), List.of()).size() > 1;
      shared += isShared ? layer.compressedBytes() : 0;
      lines.add(
          String.format(
              Locale.ROOT,
              "  %4d%s  %10s  %10s  %8s  %s",
              layer.number(),
              isShared ? "*" : " ",
              ByteSize.of(layer.compressedBytes()),
              ByteSize.of(layer.unpackedBytes()),
              layer.hiddenBytes() == 0 ? "" : ByteSize.of(layer.hiddenBytes()),
              shortened(PlainText.line(layer.createdBy()))));
    }
    if (shared > 0) {
      lines.add("  * shared with another image here: " + ByteSize.of(shared) + " compressed");
    }
  }

  private static void addPackages(ImageInspection image, List<String> lines) {
    lines.add("");
    lines.add("  LARGEST PACKAGES        FILES       BYTES  IN A PULL, ABOUT");
    for (PartUse part : image.parts().subList(0, Math.min(LARGEST, image.parts().size()))) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-22s %6d  %10s  %10s",
              shortened(part.origin().text() + " " + PlainText.line(part.name()), 22),
              part.files().size(),
              ByteSize.of(part.bytes()),
              ByteSize.of(part.transferBytes())));
    }
  }

  private static void addFiles(ImageInspection image, List<String> lines) {
    lines.add("");
    lines.add("  LARGEST FILES");
    for (FileUse file : largestFiles(image)) {
      lines.add(
          String.format(
              Locale.ROOT, "  %10s  /%s", ByteSize.of(file.bytes()), PlainText.line(file.path())));
    }
  }

  static List<FileUse> largestFiles(ImageInspection image) {
    return image.parts().stream()
        .flatMap(part -> part.files().stream().limit(LARGEST))
        .sorted(Comparator.comparingLong(FileUse::bytes).reversed().thenComparing(FileUse::path))
        .limit(LARGEST)
        .toList();
  }

  private static String shortened(String text) {
    return shortened(text, 90);
  }

  private static String shortened(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 1) + "…";
  }
}
