package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which names may have to be added when a name is there: {@code install_if}, read backwards. */
final class Additions {

  private final Map<String, List<String>> byCondition = new HashMap<>();

  /**
   * Reads all packages that have conditions.
   *
   * @param names knows the order in which apk looks at them
   */
  Additions(Collection<Candidate> conditional, NameTable names) {
    Map<String, Set<String>> unordered = new HashMap<>();
    for (Candidate candidate : conditional) {
      for (Dependency condition : candidate.pkg().installIf()) {
        Set<String> added =
            unordered.computeIfAbsent(condition.name(), name -> new LinkedHashSet<>());
        added.add(candidate.pkg().name());
        candidate.pkg().provides().forEach(provide -> added.add(provide.name()));
      }
    }
    unordered.forEach(
        (condition, added) -> {
          List<String> ordered = new ArrayList<>(added);
          ordered.sort(names.order());
          byCondition.put(condition, ordered);
        });
  }

  List<String> to(String name) {
    return byCondition.getOrDefault(name, List.of());
  }
}
