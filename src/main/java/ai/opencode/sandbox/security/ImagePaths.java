package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.UserIds;
import ai.opencode.sandbox.definition.WritableDirectory;
import ai.opencode.sandbox.definition.WritableLabel;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Annotations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The writable paths and the user that a finished image tells by its labels, which are hostile
 * input: another program may have made the image.
 *
 * @param directories the directories that are writable, without {@code /tmp} and the workspace
 * @param user the user of the image, and its group
 */
record ImagePaths(List<WritableDirectory> directories, UserIds user) {

  ImagePaths {
    directories = List.copyOf(directories);
  }

  /** Reads the label; empty if the image has none. */
  static Optional<ImagePaths> of(Map<String, String> labels, String user) {
    String label = labels.get(Annotations.WRITABLE);
    if (label == null) {
      return Optional.empty();
    }
    UserIds ids =
        UserIds.find(user)
            .filter(each -> each.uid() > 0 && each.gid() > 0 && each.toString().equals(user))
            .orElseThrow(
                () ->
                    new UsageException(
                        "The image has the label "
                            + Annotations.WRITABLE
                            + ", but its user is not UID:GID with numbers above 0, so the owner of"
                            + " its writable paths is unknown. Use an image of this program."));
    return Optional.of(new ImagePaths(WritableLabel.parse(label), ids));
  }

  /** Returns options with these paths, and with this user in place of the standard one. */
  SecurityOptions appliedTo(SecurityOptions options) {
    List<WritablePath> standard = WritablePath.of(SandboxUser.OPENCODE);
    List<WritablePath> first = new ArrayList<>();
    Map<String, WritablePath> others = new TreeMap<>();
    for (WritableDirectory each : directories) {
      others.put(each.path(), owned(WritablePath.of(each, SandboxUser.OPENCODE)));
    }
    for (WritablePath each : options.writablePaths()) {
      boolean given = !standard.contains(each);
      if (each.storage() == Storage.VOLUME || each.path().equals("/tmp")) {
        first.add(owned(each));
      } else if (given) {
        others.put(each.path(), owned(each));
      }
    }
    first.addAll(others.values());
    SecurityOptions changed = options.withWritablePaths(first);
    return options.user().equals(SandboxUser.OPENCODE.ids()) ? changed.withUser(user) : changed;
  }

  private WritablePath owned(WritablePath path) {
    return path.uid() == SandboxUser.OPENCODE.uid()
        ? new WritablePath(
            path.path(),
            path.storage(),
            path.sizeBytes(),
            path.mode(),
            path.exec(),
            Math.toIntExact(user.uid()),
            path.gid())
        : path;
  }
}
