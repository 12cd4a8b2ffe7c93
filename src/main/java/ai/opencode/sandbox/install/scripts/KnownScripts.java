package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What installation scripts of Alpine's packages would do. Nothing is run while an image is built:
 * what a script would change is reproduced here or elsewhere, or is known not to matter; a script
 * that nobody has looked at is reported.
 */
public final class KnownScripts {

  private static final List<String> ON_INSTALLATION =
      List.of("pre-install", "post-install", "trigger");

  private static final List<String> ON_UPGRADE = List.of("pre-upgrade", "post-upgrade", "trigger");

  /** Why a package's scripts need not run. */
  private static final Map<String, String> SETTLED =
      Map.of(
          "bash", "adds /bin/bash to /etc/shells, as the image stage does",
          "busybox", "links its commands where nothing is: AppletLinks",
          "ca-certificates", "bundles and links local certificates: LocalCertificates",
          "icu-data-en", "prints a hint",
          "nodejs", "runs on upgrades only",
          "alpine-baselayout", "sets the group of /etc/shadow: SystemAccounts");

  /** One that is reproduced: a new one is a class with a line here. */
  private record Reproduced(String name, int format, Effect effect) {}

  private interface Effect {
    void reproduce(Transaction transaction, Map<String, String> files, ScriptEffects effects);
  }

  /** In the order in which they run. */
  private static final List<Reproduced> REPRODUCED =
      List.of(
          new Reproduced(
              "applet links",
              AppletLinks.FORMAT,
              (transaction, files, effects) -> AppletLinks.reproduce(transaction, effects)),
          new Reproduced(
              "local certificates",
              LocalCertificates.FORMAT,
              (transaction, files, effects) ->
                  LocalCertificates.reproduce(
                      transaction, LocalCertificates.among(files), effects)),
          new Reproduced(
              "system accounts",
              SystemAccounts.FORMAT,
              (transaction, files, effects) ->
                  SystemAccounts.reproduce(transaction, effects.root())));

  private KnownScripts() {}

  /**
   * Everything that is known, by name: part of the key of each image that is found without a look
   * at its packages' scripts.
   */
  public static SortedMap<String, String> table() {
    SortedMap<String, String> table = new TreeMap<>();
    SETTLED.forEach((name, reason) -> table.put("settled " + name, reason));
    KnownTexts.lines().forEach(line -> table.put("text " + line, ""));
    for (int i = 0; i < REPRODUCED.size(); i++) {
      Reproduced each = REPRODUCED.get(i);
      table.put("reproduced " + i, each.name() + " " + each.format());
    }
    return table;
  }

  /** Reproduces what is known. */
  static void reproduce(Transaction transaction, Map<String, String> files, ScriptEffects effects) {
    REPRODUCED.forEach(each -> each.effect().reproduce(transaction, files, effects));
  }

  /**
   * Says what a package's scripts would have done that is not known. Another text of a known kind
   * has the effect of the newest known one, so that newer packages build; it is named all the same.
   */
  static Optional<String> unknown(FetchedPackage apk, Transaction transaction) {
    String name = apk.pkg().name();
    List<String> would = new ArrayList<>();
    for (String kind : transaction.isUpgrade(name) ? ON_UPGRADE : ON_INSTALLATION) {
      byte[] script = apk.control().scripts().get(kind);
      if (script == null || KnownTexts.contains(name, kind, script)) {
        continue;
      }
      would.add(
          KnownTexts.hasKind(name, kind)
              ? kind
                  + " with a text that is not known ("
                  + Digest.sha256(script)
                  + "), taken for the newest known one: "
                  + ScriptExcerpt.of(script)
              : kind + ": " + ScriptExcerpt.of(script));
    }
    return would.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", would));
  }
}
