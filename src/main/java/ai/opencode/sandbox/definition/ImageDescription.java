package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The description and the labels of an image.
 *
 * @param text a sentence about the image
 * @param labels labels that are added to those of every build
 */
@Api
public record ImageDescription(String text, Map<String, String> labels) {

  /** The beginning of the labels of this program. */
  private static final String OWN = "ai.opencode.sandbox.";

  private static final String OCI = "org.opencontainers.image.";

  /** Labels that state facts of a build, which programs rely on. */
  private static final Set<String> OF_THE_BUILD =
      Set.of(OCI + "version", OCI + "base.name", OCI + "base.digest");

  /**
   * Checks the labels.
   *
   * @throws UsageException if the build itself writes one of them
   */
  public ImageDescription {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    for (String label : labels.keySet()) {
      if (label.isEmpty() || label.startsWith(OWN) || OF_THE_BUILD.contains(label)) {
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
