package ai.opencode.sandbox.image;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.definition.SandboxUser;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The sandbox's user in {@code passwd}, {@code group}, {@code shadow} and {@code shells}. A user of
 * the base with the same name or number is removed, because programs show the first of several
 * names for a uid: {@code node} in the official Node.js images has uid 1000.
 */
final class UserFiles {

  private final SandboxUser user;
  private final Set<String> displacedUsers = new LinkedHashSet<>();

  UserFiles(SandboxUser user) {
    this.user = user;
  }

  /**
   * Returns {@code passwd} with the user. Call it first: the users that it removes are removed from
   * the other files too.
   */
  String passwd(String before) {
    List<String> lines = new ArrayList<>();
    for (String line : TextLines.of(before)) {
      String[] fields = line.split(":", -1);
      boolean displaced =
          fields[0].equals(user.name())
              || (fields.length > 2 && fields[2].equals(Integer.toString(user.uid())));
      if (displaced) {
        displacedUsers.add(fields[0]);
      } else {
        lines.add(line);
      }
    }
    lines.add(
        user.name()
            + ":x:"
            + user.uid()
            + ":"
            + user.gid()
            + ":OpenCode:"
            + user.home()
            + ":"
            + user.shell());
    return text(lines);
  }

  String group(String before) {
    List<String> lines = new ArrayList<>();
    for (String line : TextLines.of(before)) {
      String[] fields = line.split(":", -1);
      if (fields[0].equals(user.name())
          || (fields.length > 2 && fields[2].equals(Integer.toString(user.gid())))) {
        continue;
      }
      if (fields.length == 4) {
        List<String> members = new ArrayList<>(List.of(fields[3].split(",", -1)));
        members.removeAll(displacedUsers);
        fields[3] = String.join(",", members);
        lines.add(String.join(":", fields));
      } else {
        lines.add(line);
      }
    }
    lines.add(user.name() + ":x:" + user.gid() + ":");
    return text(lines);
  }

  /**
   * Returns {@code shadow} with the user. No password matches, and none expires, because the date
   * of the last change would depend on the time of the build.
   */
  String shadow(String before) {
    List<String> lines = new ArrayList<>();
    for (String line : TextLines.of(before)) {
      String name = line.split(":", -1)[0];
      if (!name.equals(user.name()) && !displacedUsers.contains(name)) {
        lines.add(line);
      }
    }
    lines.add(user.name() + ":!::0:99999:7:::");
    return text(lines);
  }

  String shells(String before) {
    List<String> lines = new ArrayList<>(TextLines.of(before));
    if (!lines.contains(user.shell())) {
      lines.add(user.shell());
    }
    return text(lines);
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
