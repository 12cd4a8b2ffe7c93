package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The description and the labels of an image.
 *
 * @param text a sentence about the image
 * @param labels labels that are added to those of every build
 */
@Api
public record ImageDescription(String text, Map<String, String> labels) {

  /**
   * Checks the labels.
   *
   * @throws UsageException if the build itself writes one of them
   */
  public ImageDescription {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    for (String label : labels.keySet()) {
      if (label.isEmpty() || Annotations.isOfTheBuild(label)) {
        throw new UsageException(
            "\""
                + label
                + "\" cannot be a label of a definition, because each build writes its own. Use"
                + " another name; the version is set by --image-version.");
      }
    }
  }

  public ImageDescription withText(String newText) {
    return new ImageDescription(newText, labels);
  }

  public ImageDescription withLabel(String label, String value) {
    Map<String, String> all = new LinkedHashMap<>(labels);
    all.put(label, value);
    return new ImageDescription(text, all);
  }
}
