package ai.opencode.sandbox.attest.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.Golden;
import ai.opencode.sandbox.RequiresSharedData;
import ai.opencode.sandbox.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LicenceExpressionTest {

  private static final String TABLE = "ai/opencode/sandbox/attest/sbom/licences-of-alpine.tsv";

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          MIT|MIT
          apache-2.0|Apache-2.0
          GPL-2.0-only WITH Classpath-exception-2.0|GPL-2.0-only WITH Classpath-exception-2.0
          (MIT OR ISC) AND Zlib|(MIT OR ISC) AND Zlib
          ((MIT))|((MIT))
          MIT or ISC|MIT OR ISC
          GPL-2.0+|GPL-2.0+
          Apache-2.0+|Apache-2.0+
          custom|LicenseRef-apk-custom
          GPL-2.0-or-later AND custom|GPL-2.0-or-later AND LicenseRef-apk-custom
          GPL PerlArtistic|LicenseRef-apk-GPL AND LicenseRef-apk-PerlArtistic
          MIT, ISC|MIT AND ISC
          custom:multiple|LicenseRef-apk-custom-multiple
          MIT WITH no-such-exception|LicenseRef-apk-MIT-WITH-no-such-exception
          MIT AND|LicenseRef-apk-MIT-AND
          (MIT|LicenseRef-apk--MIT
          MIT) (ISC|LicenseRef-apk-MIT---ISC
          LicenseRef-Debian-X11|LicenseRef-Debian-X11
          DocumentRef-a:LicenseRef-b|LicenseRef-apk-DocumentRef-a-LicenseRef-b
          NOASSERTION|NOASSERTION
          """,
      delimiter = '|')
  void readsWhatPackagersOfAlpineWrite(String written, String expected) {
    assertThat(new LicenceNames().expression(written, LicenceNotation.APK)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          SEE LICENSE IN LICENSE.md|LicenseRef-npm-SEE-LICENSE-IN-LICENSE.md
          UNLICENSED|LicenseRef-npm-UNLICENSED
          Apache 2.0|LicenseRef-npm-Apache-2.0
          (MIT OR Apache-2.0)|(MIT OR Apache-2.0)
          """,
      delimiter = '|')
  void readsSentencesOfNpmAsOneLicence(String written, String expected) {
    assertThat(new LicenceNames().expression(written, LicenceNotation.NPM)).isEqualTo(expected);
  }

  @Test
  void givesTwoTextsTwoNames() {
    LicenceNames names = new LicenceNames();
    String first = names.expression("custom:x", LicenceNotation.APK);
    String second = names.expression("Custom-x", LicenceNotation.APK);
    assertThat(first).isEqualTo("LicenseRef-apk-custom-x");
    assertThat(second).startsWith("LicenseRef-apk-Custom-x-").hasSize(40);
    assertThat(names.expression("custom:x", LicenceNotation.APK)).isEqualTo(first);
    assertThat(names.texts())
        .containsExactly(Map.entry(first, "custom:x"), Map.entry(second, "Custom-x"));
  }

  @Test
  void saysNothingAboutPackagesWithoutLicence() {
    assertThat(new LicenceNames().expression("  ", LicenceNotation.APK)).isEqualTo("NOASSERTION");
  }

  @Test
  void boundsLongAndDeepTexts() throws Exception {
    String deep = "(".repeat(2000) + "MIT" + ")".repeat(2000);
    assertThat(new LicenceNames().expression(deep, LicenceNotation.APK))
        .startsWith("((((")
        .endsWith("))");
    String longOne = "MIT AND ".repeat(100_000) + "MIT";
    assertThat(new LicenceNames().expression(longOne, LicenceNotation.APK)).hasSizeLessThan(120);
  }

  /** The licences of a real index that are not plain expressions, with what documents say. */
  @ParameterizedTest
  @MethodSource("table")
  void readsRealLicences(String written, String expected) {
    String actual = new LicenceNames().expression(written, LicenceNotation.APK);
    assertThat(actual).isEqualTo(expected);
    assertThat(ReferenceReaders.licenceFlaws(actual)).isEmpty();
  }

  static List<String[]> table() throws IOException {
    return Files.readString(Path.of("src/test/resources").resolve(TABLE))
        .lines()
        .map(line -> line.split("\t", -1))
        .toList();
  }

  /** Alpine 3.17, aarch64, main. */
  @Test
  @RequiresSharedData
  void readsEveryLicenceOfARealIndex() throws IOException {
    Map<String, Integer> all =
        licences(SharedData.path("index/v3.17-aarch64-main/APKINDEX.tar.gz"));
    assertThat(all.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(5004);
    StringBuilder odd = new StringBuilder();
    int packages = 0;
    for (Map.Entry<String, Integer> each : all.entrySet()) {
      String expression = new LicenceNames().expression(each.getKey(), LicenceNotation.APK);
      assertThat(ReferenceReaders.licenceFlaws(expression)).as(each.getKey()).isEmpty();
      if (!expression.equals(each.getKey())) {
        packages += each.getValue();
        odd.append(each.getKey()).append('\t').append(expression).append('\n');
      }
    }
    assertThat(packages).as("packages with another expression than they have").isGreaterThan(700);
    Golden.files().assertText(TABLE, odd.toString(), "Check the licences that changed.");
  }

  @ParameterizedTest
  @CsvSource({"v3.18-x86_64-main", "v3.18-x86_64-community", "v3.23.3-x86_64-iso"})
  @RequiresSharedData
  void givesValidExpressionsForOtherReleases(String index) throws IOException {
    for (String each : licences(SharedData.path("index/" + index + "/APKINDEX.tar.gz")).keySet()) {
      String expression = new LicenceNames().expression(each, LicenceNotation.APK);
      assertThat(ReferenceReaders.licenceFlaws(expression)).as(each).isEmpty();
    }
  }

  private static Map<String, Integer> licences(Path index) throws IOException {
    Map<String, Integer> licences = new TreeMap<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(index))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith("L:"))
          .forEach(line -> licences.merge(line.substring(2), 1, Integer::sum));
    }
    return licences;
  }
}
