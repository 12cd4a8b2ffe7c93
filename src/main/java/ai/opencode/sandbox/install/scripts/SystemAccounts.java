package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.install.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The effects of Alpine's installation scripts on user accounts, which a build reproduces without
 * running the scripts. The scripts of busybox add the user and group {@code klogd}; those of
 * alpine-baselayout add the group {@code shadow} and make it the group of {@code /etc/shadow}.
 *
 * <p>The changed files are written into the image together with the sandbox's own user. The date of
 * the last password change is empty for the new account, so that the image does not depend on the
 * day of the build.
 */
final class SystemAccounts {

  /** A version of this reproduction, to be raised whenever the same packages give other effects. */
  static final int FORMAT = 3;

  private static final String PASSWD = "etc/passwd";
  private static final String GROUP = "etc/group";
  private static final String SHADOW = "etc/shadow";
  private static final String KLOGD = "klogd";
  private static final int FIRST = 100;
  private static final int LAST = 999;

  private SystemAccounts() {}

  /** Adds the group of {@code /etc/shadow} if apk would run the scripts that add it. */
  static void shadow(Transaction transaction, ScriptEffects effects) {
    if (transaction.wouldRun(ModuleSettings.BASE_LAYOUT, ScriptKind.PRE_INSTALL)
        || transaction.wouldRun(ModuleSettings.BASE_LAYOUT, ScriptKind.PRE_UPGRADE)) {
      addShadowGroup(effects);
    }
    if (transaction.wouldRun(ModuleSettings.BASE_LAYOUT, ScriptKind.POST_INSTALL)
        || transaction.wouldRun(ModuleSettings.BASE_LAYOUT, ScriptKind.POST_UPGRADE)) {
      String group = field(lines(effects, GROUP), "shadow", 2);
      if (group.matches("\\d{1,9}")) {
        effects.changeGroup(SHADOW, Long.parseLong(group));
      }
    }
  }

  /** Adds the account {@code klogd} if apk would run the script that adds it. */
  static void klogd(Transaction transaction, ScriptEffects effects) {
    if (transaction.wouldRun(AppletLinks.BUSYBOX, ScriptKind.POST_INSTALL)
        || transaction.wouldRun(AppletLinks.BUSYBOX, ScriptKind.POST_UPGRADE)) {
      addKlogd(effects);
    }
  }

  /** Adds a group with a fixed number if its name and number are free, as {@code addgroup} does. */
  private static void addShadowGroup(ScriptEffects effects) {
    List<String> groups = lines(effects, GROUP);
    String gid = "42";
    if (field(groups, "shadow", 0).isEmpty() && !ids(groups).contains(gid)) {
      groups.add("shadow:x:" + gid + ":");
      put(effects, GROUP, groups);
    }
  }

  private static void addKlogd(ScriptEffects effects) {
    List<String> users = lines(effects, PASSWD);
    List<String> groups = lines(effects, GROUP);
    if (!field(users, KLOGD, 0).isEmpty() || !field(groups, KLOGD, 0).isEmpty()) {
      return;
    }
    int gid = free(groups);
    groups.add(KLOGD + ":x:" + gid + ":" + KLOGD);
    users.add(KLOGD + ":x:" + free(users) + ":" + gid + ":" + KLOGD + ":/dev/null:/sbin/nologin");
    List<String> passwords = lines(effects, SHADOW);
    passwords.add(KLOGD + ":!::0:99999:7:::");
    put(effects, GROUP, groups);
    put(effects, PASSWD, users);
    put(effects, SHADOW, passwords);
  }

  /** Returns the lowest unused system ID in lines of {@code /etc/passwd} or {@code /etc/group}. */
  private static int free(List<String> lines) {
    Set<String> taken = ids(lines);
    int id = FIRST;
    while (id < LAST && taken.contains(Integer.toString(id))) {
      id++;
    }
    return id;
  }

  private static Set<String> ids(List<String> lines) {
    Set<String> ids = new HashSet<>();
    lines.forEach(line -> ids.add((line + ":::").split(":", -1)[2]));
    return ids;
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

  private static List<String> lines(ScriptEffects effects, String path) {
    return new ArrayList<>(TextLines.of(effects.root().text(path).orElse("")));
  }

  private static void put(ScriptEffects effects, String path, List<String> lines) {
    effects.changeText(path, String.join("\n", lines) + "\n");
  }
}
