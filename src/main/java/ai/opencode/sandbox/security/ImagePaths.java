package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.SandboxUser;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The writable paths and the user that a finished image tells by its labels, which are hostile
 * input: another program may have made the image.
 *
 * @param directories the directories that are writable, without {@code /tmp} and the workspace
 * @param uid the numeric id of the image's user
 * @param gid the numeric id of the user's group
 */
record ImagePaths(List<WritableDirectory> directories, int uid, int gid) {

  private static final Pattern USER = Pattern.compile("([1-9][0-9]{0,9}):([1-9][0-9]{0,9})");

  ImagePaths {
    directories = List.copyOf(directories);
  }

  /** Reads the label; empty if the image has none. */
  static Optional<ImagePaths> of(Map<String, String> labels, String user) {
    String label = labels.get(Annotations.WRITABLE);
    if (label == null) {
      return Optional.empty();
    }
    Matcher ids = USER.matcher(user);
    if (!ids.matches()
        || Long.parseLong(ids.group(1)) > Integer.MAX_VALUE
        || Long.parseLong(ids.group(2)) > Integer.MAX_VALUE) {
      throw new UsageException(
          "The image has the label "
              + Annotations.WRITABLE
              + ", but its user is not UID:GID with numbers above 0, so the owner of its writable"
              + " paths is unknown. Use an image of this program.");
    }
    return Optional.of(
        new ImagePaths(
            WritableLabel.parse(label),
            Integer.parseInt(ids.group(1)),
            Integer.parseInt(ids.group(2))));
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
    return options.user().equals(SandboxUser.OPENCODE.numeric())
        ? changed.withUser(uid + ":" + gid)
        : changed;
  }

  private WritablePath owned(WritablePath path) {
    return path.uid() == SandboxUser.OPENCODE.uid()
        ? new WritablePath(
            path.path(),
            path.storage(),
            path.sizeBytes(),
            path.mode(),
            path.exec(),
            uid,
            path.gid())
        : path;
  }
}
