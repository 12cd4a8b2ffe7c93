package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** apk's database before and after installations. */
class DatabaseStateTest {

  private static final AnApk APK_3 = AnApk.named("apk-tools").version("3.0.1-r0");

  @Test
  void keepsWhatTheStayingPackagesHave() throws IOException {
    DatabaseState before = DatabaseState.empty().after(database("bbb", "ddd"), added("bbb", "ddd"));

    DatabaseState after = before.after(database("ddd", "aaa"), added("aaa"));

    assertThat(scripts(after)).containsExactly("ddd-1.0-r0", "aaa-1.0-r0");
    assertThat(triggers(after)).containsExactly("/usr/ddd", "/usr/aaa");
  }

  @Test
  void anUpdatedPackageKeepsThePlaceOfItsScriptsUnderApk2() throws IOException {
    DatabaseState before = DatabaseState.empty().after(database("bbb", "ddd"), added("bbb", "ddd"));

    DatabaseState after =
        before.after(database("bbb=2.0-r0", "ddd", "aaa"), added("aaa", "bbb=2.0-r0"));

    assertThat(scripts(after)).containsExactly("bbb-2.0-r0", "ddd-1.0-r0", "aaa-1.0-r0");
    assertThat(triggers(after)).containsExactly("/usr/ddd", "/usr/aaa", "/usr/bbb");
  }

  /** The list of packages may be sorted by name, and scripts are in the order of installation. */
  @Test
  void newScriptsFollowInTheOrderOfInstallationUnderApk2() throws IOException {
    DatabaseState after =
        DatabaseState.empty().after(database("aaa", "bbb", "ccc"), added("ccc", "aaa", "bbb"));

    assertThat(scripts(after)).containsExactly("ccc-1.0-r0", "aaa-1.0-r0", "bbb-1.0-r0");
  }

  @Test
  void allIsInTheOrderOfPackagesUnderApk3() throws IOException {
    InstalledDatabase now =
        new InstalledDatabase(
            Stream.of(scripted("aaa"), APK_3, scripted("ccc"))
                .map(each -> new InstalledPackage(each.toPackage(), List.of()))
                .toList());

    DatabaseState after = DatabaseState.empty().after(now, added("ccc", "aaa"));

    assertThat(scripts(after)).containsExactly("aaa-1.0-r0", "ccc-1.0-r0");
    assertThat(after.scripts().scripts().keySet()).allMatch(name -> name.contains(".X1"));
    assertThat(triggers(after)).containsExactly("/usr/aaa", "/usr/ccc");
  }

  @Test
  void compressedScriptsHaveTheNamesOfApk3() throws IOException {
    DatabaseState empty = DatabaseState.empty();
    DatabaseState compressed =
        new DatabaseState(empty.installed(), empty.triggers(), empty.scripts(), true);

    DatabaseState after = compressed.after(database("aaa", "ccc"), added("ccc", "aaa"));

    assertThat(after.isCompressed()).isTrue();
    assertThat(scripts(after)).containsExactly("aaa-1.0-r0", "ccc-1.0-r0");
    assertThat(after.scripts().scripts().keySet()).allMatch(name -> name.contains(".X1"));
    assertThat(triggers(after))
        .as("triggers as apk 2 has them")
        .containsExactly("/usr/ccc", "/usr/aaa");
  }

  private static List<String> scripts(DatabaseState state) {
    return state.scripts().scripts().keySet().stream()
        .map(name -> name.replaceFirst("(-r[0-9]+)\\..*", "$1"))
        .toList();
  }

  private static List<String> triggers(DatabaseState state) {
    return state.triggers().directories().values().stream()
        .map(each -> String.join(" ", each))
        .toList();
  }

  private static InstalledDatabase database(String... packages) {
    return new InstalledDatabase(
        Stream.of(packages)
            .map(each -> new InstalledPackage(scripted(each).toPackage(), List.of()))
            .toList());
  }

  private static List<DatabaseState.Added> added(String... packages) throws IOException {
    List<DatabaseState.Added> added = new ArrayList<>();
    for (String each : packages) {
      AnApk apk = scripted(each);
      added.add(
          new DatabaseState.Added(
              apk.toPackage(), ControlSegment.parse(apk.control(), apk.fileName())));
    }
    return added;
  }

  private static AnApk scripted(String build) {
    String[] parts = build.split("=", -1);
    return AnApk.named(parts[0])
        .version(parts.length == 1 ? "1.0-r0" : parts[1])
        .script("trigger", "echo")
        .triggers("/usr/" + parts[0]);
  }
}
