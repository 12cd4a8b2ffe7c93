package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The writable parts of a container's file system.
 *
 * @param readonly whether only {@code writablePaths} can be written to
 */
@Api
public record RootFilesystem(boolean readonly, List<WritablePath> writablePaths) {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._+@/-]+");

  public RootFilesystem {
    writablePaths = List.copyOf(writablePaths);
  }

  public RootFilesystem withReadonly(boolean newReadonly) {
    return new RootFilesystem(newReadonly, writablePaths);
  }

  public RootFilesystem withWritablePaths(List<WritablePath> newWritablePaths) {
    return new RootFilesystem(readonly, newWritablePaths);
  }

  /**
   * Returns a copy in which the tmpfs at a path has another size. A path that is not among the
   * writable ones becomes a tmpfs of the sandbox's user, in which programs may be started.
   *
   * @throws UsageException if the path cannot be a tmpfs
   */
  public RootFilesystem withTmpfs(String path, long sizeBytes) {
    MountTarget.require(path);
    if (!PLAIN.matcher(path).matches()) {
      throw new UsageException(
          "\"" + path + "\" cannot be a tmpfs. Use letters, digits and . _ + @ - in its name.");
    }
    if (sizeBytes < WritablePath.MIN_SIZE_BYTES) {
      throw new UsageException(
          "A tmpfs of " + sizeBytes + " bytes at " + path + " is too small. Use 1m or more.");
    }
    for (WritablePath each : writablePaths) {
      if (each.path().equals(path)) {
        if (each.storage() != Storage.TMPFS) {
          throw new UsageException(
              path + " is a volume, whose size is that of its storage. Name another path.");
        }
        return withWritablePath(each.withSizeBytes(sizeBytes));
      }
    }
    List<String> objections = MountTarget.objections(path);
    if (!objections.isEmpty()) {
      throw new UsageException(
          "There can be no tmpfs at "
              + path
              + ", because "
              + objections.get(0)
              + ". Name another path, such as /var/tmp.");
    }
    SandboxUser user = SandboxUser.OPENCODE;
    return withWritablePath(
        new WritablePath(path, Storage.TMPFS, sizeBytes, 0770, true, user.uid(), 0));
  }

  /** Returns a copy with a path added, or replaced if one has the same name. */
  public RootFilesystem withWritablePath(WritablePath path) {
    Map<String, WritablePath> byPath = new LinkedHashMap<>();
    writablePaths.forEach(each -> byPath.put(each.path(), each));
    byPath.put(path.path(), path);
    return withWritablePaths(List.copyOf(byPath.values()));
  }
}
