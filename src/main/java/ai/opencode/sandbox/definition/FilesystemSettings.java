package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;

/**
 * The directories and files of an image that no package brings.
 *
 * @param user the user that a container runs as
 * @param directories directories in the order in which they are made, parents first
 * @param files text files
 */
@Api
public record FilesystemSettings(
    SandboxUser user, List<OwnedDirectory> directories, List<StaticFile> files) {

  public FilesystemSettings {
    directories = List.copyOf(directories);
    files = List.copyOf(files);
  }

  /** Returns settings with a user, without directories and files. */
  public static FilesystemSettings of(SandboxUser user) {
    return new FilesystemSettings(user, List.of(), List.of());
  }

  public FilesystemSettings withDirectory(OwnedDirectory directory) {
    List<OwnedDirectory> all = new ArrayList<>(directories);
    all.add(directory);
    return new FilesystemSettings(user, all, files);
  }

  public FilesystemSettings withFile(StaticFile file) {
    List<StaticFile> all = new ArrayList<>(files);
    all.add(file);
    return new FilesystemSettings(user, directories, all);
  }
}
