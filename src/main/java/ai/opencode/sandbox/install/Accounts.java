package ai.opencode.sandbox.install;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.rootfs.Root;
import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers of the users and groups in a root before an installation. A package records the owner
 * of a file by name and by number: apk looks the name up in the root, and uses the recorded number
 * only if the root lacks the name. An image needs apk's numbers, because engines ignore names.
 */
record Accounts(Map<String, Long> users, Map<String, Long> groups) {

  static Accounts of(Root view) {
    return new Accounts(
        ids(view.text("etc/passwd").orElse("")), ids(view.text("etc/group").orElse("")));
  }

  private static Map<String, Long> ids(String file) {
    Map<String, Long> ids = new TreeMap<>();
    ids.put("root", 0L);
    for (String line : file.split("\n", -1)) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && fields[2].matches("\\d{1,10}")) {
        ids.putIfAbsent(fields[0], Long.parseLong(fields[2]));
      }
    }
    return ids;
  }

  /** Returns the attributes with the numbers that apk would choose. */
  Attributes map(Attributes attributes) {
    return attributes.withOwner(
        users.getOrDefault(attributes.userName(), attributes.uid()),
        groups.getOrDefault(attributes.groupName(), attributes.gid()));
  }
}
