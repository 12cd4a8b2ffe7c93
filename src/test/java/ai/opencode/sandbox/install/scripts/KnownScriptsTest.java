package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of known installation scripts. */
class KnownScriptsTest {

  @Test
  void hasEachPackageOnce() {
    assertThat(KnownScripts.TABLE).extracting(KnownScript::packageName).doesNotHaveDuplicates();
  }

  @Test
  void theKeyOfImagesHasEachTextAndEachEffect() {
    for (KnownScript each : KnownScripts.TABLE) {
      String line = KnownScripts.table().get(each.packageName());
      each.texts().forEach(text -> assertThat(line).contains(text.sha256().hex()));
      each.effects()
          .forEach(effect -> assertThat(line).contains(effect.name() + " " + effect.format()));
    }
  }

  @Test
  void reportsAnotherTextOfAKnownKindWithTheActionItIsTakenFor() throws IOException {
    KnownScript known =
        KnownScripts.TABLE.stream()
            .filter(each -> each.packageName().equals("icu-data-en"))
            .findFirst()
            .orElseThrow();

    assertThat(unknown(AnApk.named("icu-data-en").script("post-install", "true\n")))
        .containsExactly(
            new NotReproduced.UnknownText(
                "icu-data-en-1.0-r0",
                ScriptKind.POST_INSTALL,
                Digest.sha256("true\n"),
                "`true`",
                Optional.of(known)));
  }

  @Test
  void reportsATextThatIsKnownOfAnotherPackageOnly() throws IOException {
    String bash = "#!/bin/sh\nadd-shell '/bin/bash'\nexit 0\n";

    assertThat(unknown(AnApk.named("bash").script("post-install", bash))).isEmpty();
    assertThat(unknown(AnApk.named("zsh").script("post-install", bash))).hasSize(1);
    assertThat(unknown(AnApk.named("bash").script("trigger", bash))).hasSize(1);
  }

  @Test
  void refusesAnEntryWithoutTextsOrWithAnUnknownKind() {
    assertThatThrownBy(() -> KnownScript.of("a", "prints a hint", ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KnownScript.of("a", "prints a hint", "pre-remove " + "0".repeat(64)))
        .hasMessageContaining("pre-remove");
  }

  private static List<NotReproduced> unknown(AnApk apk) throws IOException {
    FetchedPackage fetched = AFetchedPackage.of(apk);
    return KnownScripts.unknown(
        fetched, new Transaction(DatabaseState.empty(), List.of(fetched), List.of()));
  }
}
