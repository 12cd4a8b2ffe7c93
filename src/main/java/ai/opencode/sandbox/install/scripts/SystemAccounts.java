package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The effects of scripts on accounts: busybox's add the user and group {@code klogd}, and those of
 * alpine-baselayout add the group {@code shadow} and give it {@code /etc/shadow}. The changed files
 * get into the image together with the sandbox's own user. The new account's date of the last
 * password change is empty, so that the image does not depend on the day of the build.
 */
final class SystemAccounts {

  /** The format's version: raise it whenever the same installation gives other effects. */
  static final int FORMAT = 2;

  private static final String BASE_LAYOUT = "alpine-baselayout";
  private static final String KLOGD = "klogd";
  private static final int FIRST = 100;
  private static final int LAST = 999;

  private SystemAccounts() {}

  /** Applies the scripts' effects to a root if a transaction would run them. */
  static void reproduce(Transaction transaction, Root.Builder root) {
    if (wouldRun(transaction, BASE_LAYOUT, "pre-")) {
      addShadowGroup(root);
    }
    if (wouldRun(transaction, "busybox", "post-")) {
      addKlogd(root);
    }
    if (wouldRun(transaction, BASE_LAYOUT, "post-")) {
      Node shadow = root.get("etc/shadow");
      String group = field(lines(root, "etc/group"), "shadow", 2);
      if (shadow != null && group.matches("\\d{1,9}")) {
        root.put("etc/shadow", shadow.withAttributes(shadow.mode(), 0, Long.parseLong(group)));
      }
    }
  }

  /** Returns whether apk would run a script, which is the same for installations and upgrades. */
  private static boolean wouldRun(Transaction transaction, String name, String time) {
    return transaction.wouldRun(name, time + "install")
        || transaction.wouldRun(name, time + "upgrade");
  }

  /** Adds a group with a fixed number, which {@code addgroup} does only if both are free. */
  private static void addShadowGroup(Root.Builder root) {
    List<String> groups = lines(root, "etc/group");
    String gid = "42";
    if (groups.stream()
        .map(line -> (line + ":::").split(":", -1))
        .noneMatch(fields -> fields[0].equals("shadow") || fields[2].equals(gid))) {
      groups.add("shadow:x:" + gid + ":");
      put(root, "etc/group", groups);
    }
  }

  private static void addKlogd(Root.Builder root) {
    List<String> users = lines(root, "etc/passwd");
    List<String> groups = lines(root, "etc/group");
    if (!field(users, KLOGD, 0).isEmpty() || !field(groups, KLOGD, 0).isEmpty()) {
      return;
    }
    int gid = free(groups);
    groups.add(KLOGD + ":x:" + gid + ":" + KLOGD);
    users.add(KLOGD + ":x:" + free(users) + ":" + gid + ":" + KLOGD + ":/dev/null:/sbin/nologin");
    List<String> passwords = lines(root, "etc/shadow");
    passwords.add(KLOGD + ":!::0:99999:7:::");
    put(root, "etc/group", groups);
    put(root, "etc/passwd", users);
    put(root, "etc/shadow", passwords);
  }

  /** Returns the lowest unused system ID in lines of {@code /etc/passwd} or {@code /etc/group}. */
  private static int free(List<String> lines) {
    Set<String> taken = new HashSet<>();
    lines.forEach(line -> taken.add((line + ":::").split(":", -1)[2]));
    int id = FIRST;
    while (id < LAST && taken.contains(Integer.toString(id))) {
      id++;
    }
    return id;
  }

  private static String field(List<String> lines, String name, int index) {
    for (String line : lines) {
      String[] fields = line.split(":", -1);
      if (fields[0].equals(name) && fields.length > index) {
        return fields[index];
      }
    }
    return "";
  }

  private static List<String> lines(Root.Builder root, String path) {
    return new ArrayList<>(
        TextLines.of(new String(root.bytes(path).orElse(new byte[0]), StandardCharsets.UTF_8)));
  }

  private static void put(Root.Builder root, String path, List<String> lines) {
    Node node = root.get(path);
    if (node != null) {
      byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
      root.put(path, Node.file(node.mode(), node.uid(), node.gid(), text).withOwner(node.owner()));
    }
  }
}
