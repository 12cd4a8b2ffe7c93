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
 * The installation scripts of Alpine's packages whose effects are known. No script is run while an
 * image is built: its effects are reproduced, or are known not to matter. Other scripts are
 * reported.
 */
public final class KnownScripts {

  private static final List<String> ON_INSTALLATION =
      List.of("pre-install", "post-install", "trigger");

  private static final List<String> ON_UPGRADE = List.of("pre-upgrade", "post-upgrade", "trigger");

  /** Reasons why a package's scripts need not run, by package name. */
  private static final Map<String, String> SETTLED =
      Map.of(
          "bash", "adds /bin/bash to /etc/shells, as the image stage does",
          "busybox", "links its commands where nothing is: AppletLinks",
          "ca-certificates", "bundles and links local certificates: LocalCertificates",
          "icu-data-en", "prints a hint",
          "nodejs", "runs on upgrades only",
          "alpine-baselayout", "sets the group of /etc/shadow: SystemAccounts");

  /** A package whose scripts are reproduced. */
  private record Reproduced(String name, int format, Effect effect) {}

  private interface Effect {
    void reproduce(Transaction transaction, Map<String, String> files, ScriptEffects effects);
  }

  /** The reproduced scripts, in the order in which apk runs them. */
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
                  SystemAccounts.reproduce(transaction, effects.root())),
          new Reproduced(
              "module settings",
              ModuleSettings.FORMAT,
              (transaction, files, effects) -> ModuleSettings.reproduce(transaction, effects)));

  private KnownScripts() {}

  /**
   * Returns all known scripts by name. The table is part of the cache key of an image, because an
   * image found in the cache is not searched for unknown scripts.
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

  /** Adds the effects of the known scripts of a transaction. */
  static void reproduce(Transaction transaction, Map<String, String> files, ScriptEffects effects) {
    REPRODUCED.forEach(each -> each.effect().reproduce(transaction, files, effects));
  }

  /**
   * Describes the scripts of a package that apk would run and whose text is unknown; empty if there
   * are none. Such a text counts as the newest known one of its kind, so that newer packages still
   * build, and is described as well.
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
