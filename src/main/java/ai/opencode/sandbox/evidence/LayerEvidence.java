package ai.opencode.sandbox.evidence;

import ai.opencode.sandbox.apk.Checksum;
import java.util.List;

/**
 * The statements in one layer.
 *
 * @param seen the files with statements, in the layer's order
 * @param hidden paths of lower layers that this one hides with everything below them
 */
public record LayerEvidence(List<Seen> seen, List<String> hidden) {

  /**
   * A file with a statement.
   *
   * @param sha1 the checksum of the content
   */
  public record Seen(String path, Checksum sha1, Statement statement) {}

  public LayerEvidence {
    seen = List.copyOf(seen);
    hidden = List.copyOf(hidden);
  }
}
