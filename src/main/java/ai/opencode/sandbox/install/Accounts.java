package ai.opencode.sandbox.install;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.rootfs.Root;
import java.util.Map;
import java.util.TreeMap;

/**
 * The users and groups of the base. apk prefers the user name that a package records to its number,
 * which it uses only if the base lacks that name. Engines read numbers alone.
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
