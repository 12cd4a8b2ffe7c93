package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A path that is writable in a container whose root file system is read-only. The list in {@link
 * #of} is the source of the image's directories and of the mounts of the image's containers, so
 * each mount has its directory.
 *
 * @param path an absolute path
 * @param storage the storage of the path's content
 * @param sizeBytes the maximum size in bytes of a tmpfs; a volume has no limit of its own
 * @param mode the permissions, 0 to 01777
 * @param exec whether programs in the path may be started
 * @param uid the owner's numeric id
 * @param gid the group's numeric id
 */
@Api
public record WritablePath(
    String path, Storage storage, long sizeBytes, int mode, boolean exec, int uid, int gid) {

  /** The storage of a writable path's content. */
  public enum Storage {
    /** Memory, which counts towards the container's memory limit and is freed with it. */
    TMPFS,
    /** A volume of the engine, or a directory of the host in its place. */
    VOLUME
  }

  private static final long MIB = 1L << 20;

  /** The least size in bytes. */
  public static final long MIN_SIZE_BYTES = MIB;

  private static final int GROUP_ROOT = 0;

  public WritablePath {
    Paths.requireAbsolute(path);
    if ((mode & ~01777) != 0) {
      throw new UsageException(
          path + " cannot have the mode " + Integer.toOctalString(mode) + ". Use octal 0 to 1777.");
    }
    if (sizeBytes < MIN_SIZE_BYTES) {
      throw new UsageException(
          path + " would have only " + sizeBytes + " bytes. Give it at least 1 MiB.");
    }
    Paths.requireOwner(path, uid, gid);
  }

  /**
   * Returns the writable paths of a sandbox, parents first. Each level of a nested path is in the
   * list: a mount hides the image's directories below the mount, and engines make missing mount
   * points as root.
   */
  public static List<WritablePath> of(SandboxUser user) {
    List<WritablePath> paths = new ArrayList<>();
    paths.add(new WritablePath("/tmp", Storage.TMPFS, 1024 * MIB, 01777, true, 0, GROUP_ROOT));
    paths.add(
        new WritablePath(
            "/workspace", Storage.VOLUME, 8192 * MIB, 0775, true, user.uid(), GROUP_ROOT));
    paths.add(inHome(user, "", 512));
    paths.add(inHome(user, "/.cache", 1536));
    paths.add(inHome(user, "/.config", 64));
    paths.add(inHome(user, "/.config/opencode", 64));
    paths.add(inHome(user, "/.local", 1536));
    paths.add(inHome(user, "/.local/bin", 512));
    paths.add(inHome(user, "/.local/share", 512));
    paths.add(inHome(user, "/.local/share/opencode", 512));
    paths.add(inHome(user, "/.local/state", 256));
    return List.copyOf(paths);
  }

  /** Returns a directory of an image as a writable path: a tmpfs of the image's user. */
  public static WritablePath of(WritableDirectory directory, SandboxUser user) {
    return new WritablePath(
        directory.path(), Storage.TMPFS, directory.sizeBytes(), 0770, true, user.uid(), GROUP_ROOT);
  }

  // Group 0 may write, because orchestrators that choose the user id at random keep group 0.
  private static WritablePath inHome(SandboxUser user, String below, long mebibytes) {
    return new WritablePath(
        user.home() + below, Storage.TMPFS, mebibytes * MIB, 0770, true, user.uid(), GROUP_ROOT);
  }

  /** Returns the directory to add to the image; empty if the base image has it, owned by root. */
  public Optional<OwnedDirectory> directory() {
    return uid == 0 ? Optional.empty() : Optional.of(new OwnedDirectory(path, mode, uid, gid));
  }

  public long sizeMebibytes() {
    return sizeBytes / MIB;
  }

  public WritablePath withSizeBytes(long newSizeBytes) {
    return new WritablePath(path, storage, newSizeBytes, mode, exec, uid, gid);
  }

  public WritablePath withExec(boolean newExec) {
    return new WritablePath(path, storage, sizeBytes, mode, newExec, uid, gid);
  }
}
