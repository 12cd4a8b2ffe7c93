package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.definition.ImageDefinition;
import java.util.Map;

/** The making of an image definition from what a file says. */
final class Definition {

  private final ImageDraft draft;
  private final Mistakes mistakes;

  Definition(ImageDraft draft, Mistakes mistakes) {
    this.draft = draft;
    this.mistakes = mistakes;
  }

  ImageDefinition on(Map<String, ImageDefinition> parents) {
    ImageDefinition image =
        ImageDefinition.from(parents.get(draft.from().orElseThrow().value()), draft.name().value());
    return image.withPackages(draft.packages().stream().map(Placed::value).toList());
  }
}
