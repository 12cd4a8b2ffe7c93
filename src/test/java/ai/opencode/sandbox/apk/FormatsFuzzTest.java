package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Every text in a package is refused by the exception that callers expect, or means the same after
 * it was written and read again.
 */
class FormatsFuzzTest {

  @FuzzTest(maxDuration = "2m")
  void indexIsRefusedOrKeepsItsMeaning(byte[] text) throws IOException {
    PackageIndex index;
    try {
      index = PackageIndex.parse(stream(text), "APKINDEX");
    } catch (VerificationException e) {
      assertThat(e).hasMessageContaining("APKINDEX");
      return;
    }
    String written = records(index.packages());
    PackageIndex again = PackageIndex.parse(stream(bytes(written)), "APKINDEX");
    assertThat(records(again.packages())).isEqualTo(written);
    for (ApkPackage pkg : index.packages()) {
      assertThat(pkg.fileName()).doesNotContain("/../").doesNotStartWith("/");
      assertThat(pkg.size()).isNotNegative();
    }
  }

  @FuzzTest(maxDuration = "2m")
  void pkgInfoIsRefusedOrKeepsItsMeaning(byte[] text) throws IOException {
    PkgInfo info;
    try {
      info = PkgInfo.parse(stream(text), ".PKGINFO");
    } catch (VerificationException e) {
      return;
    }
    assertThat(PkgInfo.parse(stream(bytes(info.toText())), ".PKGINFO").values())
        .isEqualTo(info.values());
    try {
      ApkPackage pkg = info.toPackage(Checksum.ofControlSegment(text), text.length);
      assertThat(pkg.size()).isEqualTo(text.length);
    } catch (VerificationException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
  }

  @FuzzTest(maxDuration = "2m")
  void installedDatabaseIsRefusedOrWrittenAsItWasRead(byte[] text) throws IOException {
    InstalledDatabase database;
    try {
      database = InstalledDatabase.parse(stream(text), "installed");
    } catch (VerificationException e) {
      assertThat(e).hasMessageContaining("installed");
      return;
    }
    String written = database.toText();
    assertThat(InstalledDatabase.parse(stream(bytes(written)), "installed").toText())
        .isEqualTo(written);
  }

  /** Three versions, one on each line. */
  @FuzzTest(maxDuration = "2m")
  void versionsHaveAnOrder(byte[] text) {
    String[] words = new String(text, StandardCharsets.UTF_8).split("\n", 3);
    if (words.length < 3 || text.length > 4096) {
      return;
    }
    ApkVersion a = ApkVersion.of(words[0]);
    ApkVersion b = ApkVersion.of(words[1]);
    ApkVersion c = ApkVersion.of(words[2]);
    for (ApkVersion each : List.of(a, b, c)) {
      assertThat(each.compareTo(ApkVersion.of(each.toString()))).isZero();
      assertThat(each.startsWith(each)).isTrue();
    }
    assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
    if (a.compareTo(b) == 0 && a.isValid() && b.isValid() && c.isValid()) {
      assertThat(Integer.signum(a.compareTo(c))).isEqualTo(Integer.signum(b.compareTo(c)));
    }
  }

  /** A dependency, and a version on the next line. */
  @FuzzTest(maxDuration = "2m")
  void dependencyIsRefusedOrKeepsItsMeaning(byte[] text) {
    String[] words = new String(text, StandardCharsets.UTF_8).split("\n", 2);
    Dependency dependency;
    try {
      dependency = Dependency.of(words[0]);
    } catch (UsageException e) {
      assertThat(e).hasMessageContaining("is not a dependency");
      return;
    }
    assertThat(Dependency.of(dependency.toString())).isEqualTo(dependency);
    assertThat(dependency.accepts(null)).isEqualTo(dependency.version() == null);
    if (words.length > 1 && text.length < 4096) {
      ApkVersion version = ApkVersion.of(words[1]);
      if (dependency.version() == null) {
        assertThat(dependency.accepts(version)).isTrue();
      } else if (dependency.operator().equals("=") && dependency.accepts(version)) {
        assertThat(version.compareTo(ApkVersion.of(dependency.version()))).isZero();
      }
    }
  }

  private static String records(List<ApkPackage> packages) {
    StringBuilder text = new StringBuilder();
    packages.forEach(pkg -> text.append(pkg.toRecord()).append('\n'));
    return text.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }
}
