package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.failure.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The reading of Alpine packages: requests such as {@code nodejs>=20} or {@code tool@acme}. */
final class PackageNames {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9+._:-]{0,127}");

  private final Values values;
  private final Set<String> tags;
  private final Mistakes mistakes;

  /**
   * Creates a reader.
   *
   * @param tags the repositories' tags; if there is none, repositories may come from options
   */
  PackageNames(Values values, Set<String> tags, Mistakes mistakes) {
    this.values = values;
    this.tags = tags;
    this.mistakes = mistakes;
  }

  /** Returns the requested packages by their names, each once. */
  Map<String, Placed<Dependency>> requests(@Nullable Node node) {
    Map<String, Placed<Dependency>> requests = new LinkedHashMap<>();
    if (node != null) {
      for (Placed<String> text : values.texts(Key.PACKAGES, node)) {
        request(text).ifPresent(request -> add(requests, new Placed<>(text.place(), request)));
      }
    }
    return requests;
  }

  private void add(Map<String, Placed<Dependency>> requests, Placed<Dependency> request) {
    String name = request.value().name();
    Placed<Dependency> first = requests.putIfAbsent(name, request);
    if (first != null) {
      mistakes.add(
          request.place(),
          Shown.of(name) + " is already in line " + first.place().line() + ". Delete one of them.");
    }
  }

  /**
   * Returns the names of packages that are left out, each once.
   *
   * @param requested the names that the same image requests
   */
  List<Placed<String>> names(@Nullable Node node, Set<String> requested) {
    List<Placed<String>> names = new ArrayList<>();
    if (node != null) {
      for (Placed<String> text : values.differentTexts(Key.WITHOUT, node)) {
        if (!NAME.matcher(text.value()).matches()) {
          mistakes.add(
              text.place(),
              Shown.of(text.value()) + " is not the name of a package. Write the name alone.");
        } else if (requested.contains(text.value())) {
          mistakes.add(
              text.place(),
              Shown.of(text.value()) + " is also in packages. Delete it in one of the lists.");
        } else {
          names.add(text);
        }
      }
    }
    return names;
  }

  private Optional<Dependency> request(Placed<String> text) {
    Dependency request;
    try {
      request = Dependency.of(text.value());
    } catch (UsageException e) {
      return malformed(text);
    }
    if (request.conflict() || !NAME.matcher(request.name()).matches()) {
      return malformed(text);
    }
    if (!request.hasValidVersion() || request.isByChecksum()) {
      mistakes.add(
          text.place(),
          Shown.of(text.value()) + " has no version of Alpine. Write one such as nodejs>=20.");
      return Optional.empty();
    }
    String tag = request.tag();
    if (tag != null && !tags.isEmpty() && !tags.contains(tag)) {
      mistakes.add(
          text.place(),
          "No repository of this file has the tag "
              + Shown.bare(tag)
              + ". "
              + Nearest.to(tag, tags)
                  .map(nearest -> "Write @" + nearest + " instead.")
                  .orElse("Add it to repositories."));
      return Optional.empty();
    }
    return Optional.of(request);
  }

  private Optional<Dependency> malformed(Placed<String> text) {
    mistakes.add(
        text.place(),
        Shown.of(text.value())
            + " is not a package. Write its name, such as jq, nodejs>=20 or tool@acme.");
    return Optional.empty();
  }
}
