package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;

/**
 * A symbolic link that the image definition adds.
 *
 * @param path an absolute path
 * @param target the text of the link: an absolute path in the image, or a path relative to the
 *     link's directory
 */
@Api
public record SymbolicLink(String path, String target) {

  private static final int MAX_TARGET = 3072;

  public SymbolicLink {
    Paths.requireAbsolute(path);
    Paths.requireFree(path);
    Paths.requirePrintable(target);
    if (target.isEmpty() || target.length() > MAX_TARGET) {
      throw new UsageException(
          "The link "
              + path
              + " has a target that is empty or longer than 3072 characters. Name a path.");
    }
  }
}
