package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.SortedMap;

/** Looks at an image in one respect and reports everything that is wrong there. */
interface Check {

  /** What holds where there is no finding, by the id of the finding. */
  SortedMap<String, String> promises();

  void run(Examined image, Flaws flaws);
}
