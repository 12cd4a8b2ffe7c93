package ai.opencode.sandbox.publish;

import java.util.List;

/**
 * What an engine calls an image.
 *
 * @param name without tag
 * @param tags the most exact first, at least one
 */
record EngineNames(String name, List<String> tags) {

  /**
   * @param wanted the image's name, with or without tag; one that ends with a slash goes before its
   *     own name; empty for that alone
   */
  static EngineNames of(String wanted, StoredImage image, Publication publication) {
    String name = wanted.isEmpty() || wanted.endsWith("/") ? wanted + image.name() : wanted;
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
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
