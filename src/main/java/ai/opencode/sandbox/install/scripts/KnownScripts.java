package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.KnownScript.Effect;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The installation scripts of Alpine's packages whose effects are known: those of Alpine 3.20 and
 * 3.23, and of the stand-in. No script is run while an image is built: its effects are reproduced,
 * or are known not to matter. Other scripts are reported.
 */
public final class KnownScripts {

  /** All known scripts; their effects are reproduced in this order, in which apk would run them. */
  static final List<KnownScript> TABLE =
      List.of(
          KnownScript.of(
              "alpine-baselayout",
              "gives /etc/shadow to a group of its own, and renames settings of kernel modules",
              """
              pre-install 28ecff91a36f438ca26bc8cc08d857863378aa94eab399a1f413e52501b86f85
              post-install dd30b63bfbe4f7d8085f57840e15b84015b3518d6f282a3e0924f73a61000016
              pre-upgrade c52791ea19cd2395d28fce28870d9f7ff4cb321b20601179155ea1cc99e71e1e
              pre-upgrade 3f35fa5402d397389f366e8934ba0f800a017a149f4281dc8c22762419e47e10
              post-upgrade dd30b63bfbe4f7d8085f57840e15b84015b3518d6f282a3e0924f73a61000016
              """,
              new Effect(
                  "group of /etc/shadow",
                  SystemAccounts.FORMAT,
                  (transaction, files, effects) -> SystemAccounts.shadow(transaction, effects)),
              new Effect(
                  "module settings",
                  ModuleSettings.FORMAT,
                  (transaction, files, effects) -> ModuleSettings.reproduce(transaction, effects))),
          KnownScript.of(
              "bash",
              "adds /bin/bash to /etc/shells, as the image stage does",
              """
              post-install e4157e7c2551f76a9b9b92196b60b7c9969f1ba87ea91f1de5ce77afd108c584
              post-install 8d3f6002c8da057110c04bb8e823d2a90e555df1cec438833cd1768ef293bbf8
              post-upgrade e4157e7c2551f76a9b9b92196b60b7c9969f1ba87ea91f1de5ce77afd108c584
              post-upgrade 8d3f6002c8da057110c04bb8e823d2a90e555df1cec438833cd1768ef293bbf8
              """),
          KnownScript.of(
              "busybox",
              "links its commands where nothing is, and adds the account klogd",
              """
              post-install 13c120a1c714ecafa7fe1fc748406a89dfffc549118ebce324b53d4bbb4ba75f
              post-upgrade 361aa82e5a9a18c86624fed675e83ebe0e8b2c30a34e68b356b96d550ff018af
              post-upgrade 3cf0a22d2d6c6ed34be6b77ed3973b7c0b7434525744026c0159f5a76f827f49
              trigger 0d63b08ed79c5a2348548852c9674c5c947abe2c97691162bd94a887ebd7d1f0
              trigger c7840b111dd82669de2074ea3c7e345c063928db2bbff650a81289777b3ff98f
              """,
              new Effect(
                  "applet links",
                  AppletLinks.FORMAT,
                  (transaction, files, effects) -> AppletLinks.reproduce(transaction, effects)),
              new Effect(
                  "account klogd",
                  SystemAccounts.FORMAT,
                  (transaction, files, effects) -> SystemAccounts.klogd(transaction, effects))),
          KnownScript.of(
              "ca-certificates",
              "bundles and links certificates",
              """
              trigger 1bf77c8eae3220b1bd7dd86561d0899315f51d72257c1aeb4066072ed4304fe5
              """,
              new Effect(
                  "local certificates",
                  LocalCertificates.FORMAT,
                  (transaction, files, effects) ->
                      LocalCertificates.reproduce(
                          transaction, LocalCertificates.among(files), effects))),
          KnownScript.of(
              "icu-data-en",
              "prints a hint",
              """
              post-install 1b60012707d8e5c6735bbe4620a08335e019618b776462da11fe2574d4a3dba4
              """),
          KnownScript.of(
              "nodejs",
              "changes no file",
              """
              post-upgrade c8583fb8e4a56334d1ecf10341ea5710b67b32954aa504a2691d507d1227454b
              """));

  private KnownScripts() {}

  /**
   * Returns the table as part of the cache key of an image, by package name. An image found in the
   * cache is not searched for unknown scripts.
   */
  public static SortedMap<String, String> table() {
    SortedMap<String, String> table = new TreeMap<>();
    for (int i = 0; i < TABLE.size(); i++) {
      KnownScript each = TABLE.get(i);
      List<String> facts = new ArrayList<>(List.of(Integer.toString(i)));
      each.texts().forEach(text -> facts.add(text.kind().apkName() + " " + text.sha256().hex()));
      each.effects().forEach(effect -> facts.add(effect.name() + " " + effect.format()));
      table.put(each.packageName(), String.join(", ", facts));
    }
    return table;
  }

  /** Adds the effects of the known scripts of a transaction. */
  static void reproduce(Transaction transaction, Map<String, byte[]> files, ScriptEffects effects) {
    for (KnownScript each : TABLE) {
      for (Effect effect : each.effects()) {
        effect.reproduction().reproduce(transaction, files, effects);
      }
    }
  }

  /**
   * Returns the scripts of a new package that apk would run and whose text is unknown. Such a text
   * counts as the newest known one of its kind, so that newer packages still build.
   */
  static List<NotReproduced> unknown(FetchedPackage apk, Transaction transaction) {
    List<NotReproduced> unknown = new ArrayList<>();
    for (ScriptKind kind : ScriptKind.of(transaction.isUpgrade(apk.pkg().id()))) {
      apk.control()
          .script(kind)
          .flatMap(script -> unknown(apk.pkg(), kind, script))
          .ifPresent(unknown::add);
    }
    return unknown;
  }

  /** Returns a script whose text is unknown; empty if it is known. */
  static Optional<NotReproduced> unknown(ApkPackage pkg, ScriptKind kind, byte[] script) {
    Optional<KnownScript> known =
        TABLE.stream().filter(each -> each.packageName().equals(pkg.name())).findFirst();
    KnownScript.Text text = new KnownScript.Text(kind, Digest.sha256(script));
    return known.filter(each -> each.texts().contains(text)).isPresent()
        ? Optional.empty()
        : Optional.of(
            new NotReproduced.UnknownText(
                pkg.label(),
                kind,
                text.sha256(),
                ScriptExcerpt.of(script),
                known.filter(each -> each.has(kind))));
  }
}
