package ai.opencode.sandbox.run;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.engine.Deadline;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.ImageFiles;
import ai.opencode.sandbox.engine.ImageStart;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The account of a container's user, if the container runs as another user than the image names.
 * The image's {@code /etc/passwd} and {@code /etc/group} are copied, with the ids of the
 * container's user in place of those of the image's user, and mounted read-only. Without an
 * account, git refuses to commit, ssh refuses to start, and programs look for the home directory in
 * {@code /}.
 */
final class Accounts implements AutoCloseable {

  private static final String PASSWD = "/etc/passwd";
  private static final String GROUP = "/etc/group";
  private static final String PREFIX = "opencode-sandbox-accounts";
  private static final long ROOT = 0;

  private final @Nullable Path directory;
  private final List<ResolvedMount> mounts;

  private Accounts(@Nullable Path directory, List<ResolvedMount> mounts) {
    this.directory = directory;
    this.mounts = List.copyOf(mounts);
  }

  /** Returns no account: the container sees the image's own files. */
  static Accounts none() {
    return new Accounts(null, List.of());
  }

  /**
   * Creates the account of the container's user, unless the image has it. A file that the request
   * itself mounts is not replaced.
   *
   * @param options the container's options, which name the user
   */
  static Accounts of(
      Engine engine, String image, SecurityOptions options, JudgedRequest judged, Deadline deadline)
      throws IOException {
    if (!engine.address().isUnixSocket()) {
      return none();
    }
    Optional<ImageUser> user = ImageUser.of(ImageStart.of(engine, image).user());
    if (user.isEmpty() || user.get().isKnown(options.user())) {
      return none();
    }
    Map<String, String> files = ImageFiles.read(engine, image, List.of(PASSWD, GROUP), deadline);
    AccountTable passwd = AccountTable.of(files.getOrDefault(PASSWD, ""));
    AccountTable group = AccountTable.of(files.getOrDefault(GROUP, ""));
    Path directory = TemporaryFiles.directory(PREFIX).toRealPath();
    try {
      List<ResolvedMount> mounts = new ArrayList<>();
      Optional<String> users =
          passwd.with(user.get().ids().uid(), List.of(options.uid(), options.gid()));
      Optional<String> groups =
          options.gid() == ROOT
              ? Optional.empty()
              : group.with(user.get().ids().gid(), List.of(options.gid()));
      // With an engine that maps user ids, another user of the host reads the files.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      add(mounts, directory, PASSWD, users, judged);
      add(mounts, directory, GROUP, groups, judged);
      return new Accounts(directory, mounts);
    } catch (IOException | RuntimeException e) {
      TemporaryFiles.delete(directory);
      throw e;
    }
  }

  private static void add(
      List<ResolvedMount> mounts,
      Path directory,
      String target,
      Optional<String> text,
      JudgedRequest judged)
      throws IOException {
    boolean free = judged.mounts().stream().noneMatch(each -> each.target().equals(target));
    if (text.isPresent() && free) {
      Path file = directory.resolve(Path.of(target).getFileName());
      Files.writeString(file, text.get());
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      mounts.add(ResolvedMount.of(file, target, true));
    }
  }

  /**
   * Returns whether an engine could not create a container because it cannot see the copied files,
   * as an engine on another machine.
   */
  static boolean areUnseen(DockerException failure) {
    return Engine.reason(failure).contains(PREFIX);
  }

  /** Returns a copy of a request with the mounts of the copied files. */
  JudgedRequest addedTo(JudgedRequest judged) {
    List<ResolvedMount> own = new ArrayList<>(judged.own());
    own.addAll(mounts);
    return judged.withOwn(own);
  }

  @Override
  public void close() throws IOException {
    if (directory != null) {
      TemporaryFiles.delete(directory);
    }
  }
}
