package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;

/**
 * The names of an image in an engine.
 *
 * @param name the name without tag
 * @param tags at least one tag, the most exact first
 */
record EngineNames(String name, List<String> tags) {

  /**
   * Returns the names of an image.
   *
   * @param wanted the image's name, with or without tag; if it ends with a slash, the prefix of the
   *     image's own name; if empty, the image's own name is used
   * @throws UsageException if the image would have no tag, by which an engine finds it
   */
  static EngineNames of(String wanted, StoredImage image, Publication publication) {
    String name = wanted.isEmpty() || wanted.endsWith("/") ? wanted + image.name() : wanted;
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    if (colon < 0 && publication.isUntagged()) {
      throw new UsageException(
          name + " would have no tag in the engine. Name at least one kind of tag.");
    }
    return colon < 0
        ? new EngineNames(name, VersionTag.of(image.version(), publication.tags()))
        : new EngineNames(name.substring(0, colon), List.of(name.substring(colon + 1)));
  }

  String first() {
    return name + ":" + tags.get(0);
  }

  List<String> all() {
    return tags.stream().map(tag -> name + ":" + tag).toList();
  }
}
