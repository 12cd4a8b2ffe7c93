package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.stability.Api;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The writable parts of a container's file system.
 *
 * @param readonly whether only {@code writablePaths} can be written to
 */
@Api
public record RootFilesystem(boolean readonly, List<WritablePath> writablePaths) {

  public RootFilesystem {
    writablePaths = List.copyOf(writablePaths);
  }

  public RootFilesystem withReadonly(boolean newReadonly) {
    return new RootFilesystem(newReadonly, writablePaths);
  }

  public RootFilesystem withWritablePaths(List<WritablePath> newWritablePaths) {
    return new RootFilesystem(readonly, newWritablePaths);
  }

  /** Returns a copy with a path added, or replaced if one has the same name. */
  public RootFilesystem withWritablePath(WritablePath path) {
    Map<String, WritablePath> byPath = new LinkedHashMap<>();
    writablePaths.forEach(each -> byPath.put(each.path(), each));
    byPath.put(path.path(), path);
    return withWritablePaths(List.copyOf(byPath.values()));
  }
}
