package ai.opencode.sandbox.verify;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ids of findings, each with the property that holds if there are none. */
final class Promises {

  private Promises() {}

  /** Builds a map from alternating ids and sentences. */
  static SortedMap<String, String> of(String... idsAndSentences) {
    SortedMap<String, String> promises = new TreeMap<>();
    for (int i = 0; i < idsAndSentences.length; i += 2) {
      promises.put(idsAndSentences[i], idsAndSentences[i + 1]);
    }
    return Collections.unmodifiableSortedMap(promises);
  }
}
