package ai.opencode.sandbox.apk;

/** Facts about packages of which only names and versions count. */
public final class SomeFacts {

  private SomeFacts() {}

  /** Returns the facts about a package with a label such as {@code git-2.50.1-r0}. */
  public static ApkFacts of(String label) {
    int end = label.replaceAll("-[0-9].*", "").length();
    return new ApkFacts(
        label.substring(0, end),
        ApkVersion.of(label.substring(end + 1)),
        "x86_64",
        new Checksum("a".repeat(40)),
        new ApkFacts.About("MIT", label.substring(0, end), "", "", ""));
  }
}
