package ai.opencode.sandbox.evidence;

import ai.opencode.sandbox.apk.Checksum;
import java.util.List;

/**
 * The files of one layer that give information about software.
 *
 * @param seen the files with evidence, in the layer's order
 * @param hidden paths of lower layers that this one hides with everything below them
 */
public record LayerEvidence(List<Seen> seen, List<String> hidden) {

  /**
   * A file with evidence.
   *
   * @param sha1 the checksum of the content
   */
  public record Seen(String path, Checksum sha1, Evidence evidence) {}

  public LayerEvidence {
    seen = List.copyOf(seen);
    hidden = List.copyOf(hidden);
  }
}
