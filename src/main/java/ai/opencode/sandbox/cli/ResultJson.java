package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.oci.WholeFile;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The results of a build as JSON, for other programs. */
final class ResultJson {

  private ResultJson() {}

  /** Writes all images into one file. */
  static void write(Path file, List<BuiltImage> images) throws IOException {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    images.forEach(image -> array.add(json(image)));
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.set("images", array);
    save(file, root);
  }

  /** Writes {@code <name>.digest} and {@code <name>.json} for each image into a directory. */
  static void writeEach(Path directory, List<BuiltImage> images) throws IOException {
    for (BuiltImage image : images) {
      String name = image.name().replace('/', '-');
      WholeFile.write(directory.resolve(name + ".digest"), image.index().digest() + "\n");
      save(directory.resolve(name + ".json"), json(image));
    }
  }

  private static void save(Path file, ObjectNode json) throws IOException {
    WholeFile.write(
        file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private static ObjectNode json(BuiltImage image) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", image.name());
    node.put("version", image.version());
    node.put("upstream", image.upstream().toString());
    node.put("publishable", image.publishable());
    node.put("digest", image.index().digest().toString());
    ArrayNode platforms = node.putArray("platforms");
    for (BuiltPlatform platform : image.platforms()) {
      ObjectNode each = platforms.addObject();
      each.put("platform", String.valueOf(platform.manifest().platform()));
      each.put("digest", platform.manifest().digest().toString());
      each.put("compressedBytes", platform.sizes().compressedBytes());
      each.put("diskBytes", platform.sizes().diskBytes());
      each.put("reusedLayers", platform.sizes().reusedLayers());
      each.put("millis", platform.millis());
      ArrayNode layers = each.putArray("layers");
      platform
          .blobs()
          .forEach(
              layer ->
                  layers
                      .addObject()
                      .put("digest", layer.digest().toString())
                      .put("size", layer.size()));
    }
    return node;
  }
}
