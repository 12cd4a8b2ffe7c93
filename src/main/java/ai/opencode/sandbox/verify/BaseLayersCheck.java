package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Checks that an image starts with the layers of its parent, if both are in one place. */
final class BaseLayersCheck implements Check {

  private static final Map<String, String> PARENTS =
      Map.of(
          String.valueOf(Contract.DEVELOPER.title()), String.valueOf(Contract.BASE.title()),
          String.valueOf(Contract.AGENT.title()), String.valueOf(Contract.DEVELOPER.title()));

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "base-layers", "an image starts with the layers of its parent image beside it");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    String title = image.contract().title();
    DefinedImage defined = image.contract().definition();
    String parent = defined != null ? defined.parent() : title == null ? null : PARENTS.get(title);
    List<Digest> base = parent == null ? null : image.image().siblings().get(parent);
    if (base == null) {
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
          "it should be the parent image's "
              + base.get(same)
              + ", but the image has only "
              + same
              + " of the parent's "
              + base.size()
              + " layers");
    }
  }
}
