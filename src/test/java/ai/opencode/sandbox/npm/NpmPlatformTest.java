package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The C library of a file system, by its dynamic loader. */
class NpmPlatformTest {

  @ParameterizedTest
  @CsvSource({
    "bin/sh lib/ld-musl-x86_64.so.1 usr, musl",
    "lib/ld-musl-aarch64.so.1, musl",
    "lib lib/ld-linux-x86-64.so.2 lib/libc.so.6 lib64, glibc",
    "usr/lib/ld-musl-x86_64.so.1, glibc",
    "bin, glibc"
  })
  void hasTheLibraryOfItsLoader(String paths, String libc) {
    TreeSet<String> sorted = new TreeSet<>(List.of(paths.split(" ")));

    assertThat(NpmPlatform.of("x64", sorted::ceiling))
        .isEqualTo(new NpmPlatform("linux", "x64", libc));
  }
}
