package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Checks that the developer image starts with the base image's layers, if both are in one place.
 */
final class BaseLayersCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "base-layers", "the developer image starts with the layers of the base image beside it");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    List<Digest> base = image.image().siblings().get(Contract.BASE.title());
    if (base == null || !image.contract().name().equals(Contract.DEVELOPER.name())) {
      return;
    }
    List<Digest> own = new ArrayList<>();
    for (Layer layer : image.image().layers()) {
      Descriptor descriptor = layer.descriptor();
      if (descriptor != null) {
        own.add(descriptor.digest());
      }
    }
    int same = 0;
    while (same < base.size() && same < own.size() && base.get(same).equals(own.get(same))) {
      same++;
    }
    if (same < base.size()) {
      flaws.add(
          "base-layers",
          "layer " + (same + 1),
          "it should be the base image's "
              + base.get(same)
              + ", but the image has only "
              + same
              + " of the base's "
              + base.size()
              + " layers");
    }
  }
}
