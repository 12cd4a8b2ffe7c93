package ai.opencode.sandbox.inspect.content;

/** A receiver of an image's defects, which are reported while the reading continues. */
@FunctionalInterface
public interface Flaws {

  /**
   * Reports a defect.
   *
   * @param id the id of the kind of flaw, such as {@code layer-digest}
   * @param where a path in the image, a layer, a document or a setting
   * @param message the actual and the expected state
   */
  void add(String id, String where, String message);
}
