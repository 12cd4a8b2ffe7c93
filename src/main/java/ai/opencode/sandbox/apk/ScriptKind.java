package ai.opencode.sandbox.apk;

import java.util.Arrays;
import java.util.List;

/** A kind of script in a package that apk runs when it installs, upgrades or removes packages. */
public enum ScriptKind {
  PRE_INSTALL("pre-install"),
  POST_INSTALL("post-install"),
  PRE_UPGRADE("pre-upgrade"),
  POST_UPGRADE("post-upgrade"),
  PRE_DEINSTALL("pre-deinstall"),
  POST_DEINSTALL("post-deinstall"),
  TRIGGER("trigger");

  private static final List<ScriptKind> ON_INSTALLATION =
      List.of(PRE_INSTALL, POST_INSTALL, TRIGGER);

  private static final List<ScriptKind> ON_UPGRADE = List.of(PRE_UPGRADE, POST_UPGRADE, TRIGGER);

  /** The kinds that apk runs for a package that it removes, in its order. */
  public static final List<ScriptKind> ON_REMOVAL = List.of(PRE_DEINSTALL, POST_DEINSTALL);

  private final String apkName;

  ScriptKind(String apkName) {
    this.apkName = apkName;
  }

  /** Returns the kinds that apk runs for a package that it installs or upgrades, in its order. */
  public static List<ScriptKind> of(boolean upgrade) {
    return upgrade ? ON_UPGRADE : ON_INSTALLATION;
  }

  /**
   * Returns the kind with apk's name.
   *
   * @throws IllegalArgumentException if apk has no kind with this name
   */
  public static ScriptKind named(String apkName) {
    return Arrays.stream(values())
        .filter(each -> each.apkName.equals(apkName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no kind of script: " + apkName));
  }

  /** Returns apk's name, which is also the end of the script's name in a package. */
  public String apkName() {
    return apkName;
  }
}
