package ai.opencode.sandbox.verify;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Ids of findings, and what holds in an image where there are none of them. */
final class Promises {

  private Promises() {}

  /** Takes ids and sentences in turn. */
  static SortedMap<String, String> of(String... idsAndSentences) {
    SortedMap<String, String> promises = new TreeMap<>();
    for (int i = 0; i < idsAndSentences.length; i += 2) {
      promises.put(idsAndSentences[i], idsAndSentences[i + 1]);
    }
    return Collections.unmodifiableSortedMap(promises);
  }
}
