package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.definition.ImageDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The images of a file and those that they begin with. */
final class ImageGraph {

  private final Map<String, ImageDraft> drafts = new LinkedHashMap<>();
  private final Map<String, ImageDefinition> known;
  private final Mistakes mistakes;

  /**
   * Creates a graph.
   *
   * @param known images that are not in the file, by all of their names, the first of which is
   *     shown
   */
  ImageGraph(List<ImageDraft> drafts, Map<String, ImageDefinition> known, Mistakes mistakes) {
    drafts.forEach(draft -> this.drafts.put(draft.name().value(), draft));
    this.known = known;
    this.mistakes = mistakes;
  }

  /**
   * Reports each parent that does not exist.
   *
   * @param all the images of the file, also those whose names are refused
   */
  void requireParents(List<ImageDraft> all) {
    Set<String> named = new LinkedHashSet<>();
    all.forEach(draft -> named.add(draft.name().value()));
    all.forEach(draft -> draft.from().ifPresent(from -> requireParent(from, named)));
  }

  private void requireParent(Placed<String> from, Set<String> named) {
    if (named.contains(from.value())
        || known.containsKey(from.value())
        || from.value().equals(SandboxFile.ALPINE)) {
      return;
    }
    Set<String> names = new LinkedHashSet<>(known.keySet());
    names.add(SandboxFile.ALPINE);
    names.addAll(drafts.keySet());
    mistakes.add(
        from.place(),
        "There is no image "
            + Shown.of(from.value())
            + ". "
            + Nearest.to(from.value(), names)
                .map(nearest -> "Write " + nearest + " instead.")
                .orElse("Begin with " + shown() + " or an image of this file."));
  }

  private String shown() {
    Map<ImageDefinition, String> first = new LinkedHashMap<>();
    known.forEach((name, image) -> first.putIfAbsent(image, name));
    return String.join(", ", first.values()) + ", " + SandboxFile.ALPINE;
  }

  /** Returns whether no image begins with itself, and reports each circle once. */
  boolean isFreeOfCircles() {
    boolean free = true;
    Set<String> finished = new HashSet<>();
    for (ImageDraft draft : drafts.values()) {
      List<ImageDraft> path = new ArrayList<>();
      Optional<ImageDraft> next = Optional.of(draft);
      while (next.isPresent()
          && !finished.contains(next.get().name().value())
          && !path.contains(next.get())) {
        path.add(next.get());
        next = parent(next.get());
      }
      Optional<ImageDraft> repeated = next.filter(path::contains);
      repeated.ifPresent(each -> report(path, each));
      free &= repeated.isEmpty();
      path.forEach(each -> finished.add(each.name().value()));
    }
    return free;
  }

  private void report(List<ImageDraft> path, ImageDraft repeated) {
    List<ImageDraft> circle = path.subList(path.indexOf(repeated), path.size());
    String names =
        circle.stream()
            .map(each -> Shown.bare(each.name().value()))
            .collect(Collectors.joining(" from "));
    if (circle.size() == 1) {
      names = Shown.of(repeated.name().value()) + " begins with itself. Begin it with base.";
    } else {
      names =
          "These images begin with each other: "
              + names
              + " from "
              + Shown.bare(repeated.name().value())
              + ". Begin one of them with base.";
    }
    mistakes.add(repeated.from().map(Placed::place).orElse(repeated.name().place()), names);
  }

  private Optional<ImageDraft> parent(ImageDraft draft) {
    return draft.from().map(Placed::value).map(drafts::get);
  }

  /** Returns the images with each after its parent. */
  List<ImageDraft> parentsFirst() {
    Map<String, ImageDraft> ordered = new LinkedHashMap<>();
    drafts.values().forEach(draft -> add(draft, ordered));
    return List.copyOf(ordered.values());
  }

  private void add(ImageDraft draft, Map<String, ImageDraft> ordered) {
    if (!ordered.containsKey(draft.name().value())) {
      parent(draft).ifPresent(parent -> add(parent, ordered));
      ordered.put(draft.name().value(), draft);
    }
  }
}
