package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.SortedMap;

/** A check of one aspect of an image, which reports every defect that it finds. */
interface Check {

  /**
   * Returns a sentence for each id: a property that the image has if there is no finding with that
   * id.
   */
  SortedMap<String, String> promises();

  void run(Examined image, Flaws flaws);
}
