package ai.opencode.sandbox.inspect.content;

/** Receives what is wrong with an image, while the reading goes on. */
@FunctionalInterface
public interface Flaws {

  /**
   * @param id of the kind of flaw, {@code layer-digest}
   * @param where a path in the image, a layer, a document or a setting
   * @param message what is wrong there and what it should be
   */
  void add(String id, String where, String message);
}
