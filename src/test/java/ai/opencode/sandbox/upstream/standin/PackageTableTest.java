package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Platform;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackageTableTest {

  private static final List<PackageRecipe> TABLE = PackageTable.packages(Platform.LINUX_AMD64);

  @Test
  void namesEachPackageOnce() {
    assertThat(TABLE.stream().map(PackageRecipe::name)).doesNotHaveDuplicates();
  }

  @Test
  void knowsEveryDependencyByName() {
    Set<String> known = TABLE.stream().map(PackageRecipe::name).collect(Collectors.toSet());
    known.addAll(Set.of("libatomic", "libgcc", "libgomp", "libstdc++", "libxcrypt"));
    Set<String> depended = new HashSet<>();
    TABLE.forEach(recipe -> depended.addAll(recipe.depends()));

    assertThat(known).containsAll(depended);
  }

  /** Debian's names for one release, found by patterns for all releases. */
  @ParameterizedTest
  @CsvSource({
    "gcc-12, gcc",
    "gcc-14-x86-64-linux-gnu, gcc",
    "gcc-12-base, gcc",
    "cpp-14, gcc",
    "libgcc-12-dev, gcc",
    "g++-12, g++",
    "libstdc++-14-dev, g++",
    "python3.13-minimal, python3",
    "libpython3.11-stdlib, python3",
    "libssl3t64, glibc-libssl3",
    "libjq1, jq",
    "binutils-x86-64-linux-gnu, binutils",
  })
  void findsTheOwnerOfANameOfOneRelease(String debian, String apk) {
    assertThat(PackageTable.owner(TABLE, debian).map(PackageRecipe::name)).contains(apk);
  }

  @ParameterizedTest
  @CsvSource({"zlib1g, glibc-zlib", "libcurl4t64, libcurl", "libnew9, libnew9"})
  void keepsLibrariesApartFromAlpines(String debian, String apk) {
    assertThat(PackageTable.libraryName(debian)).isEqualTo(apk);
  }

  @Test
  void doesNotTakeOnePackageTwice() {
    for (String debian : List.of("gcc", "gcc-12", "cpp", "python3", "libc6", "vim", "busybox")) {
      assertThat(TABLE.stream().filter(recipe -> recipe.takes(debian))).hasSize(1);
    }
  }
}
