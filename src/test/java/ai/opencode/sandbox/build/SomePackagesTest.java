package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SomePackagesTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "1, a0-1.0-r0",
    "2, 'a0-1.0-r0, a1-1.0-r0'",
    "10, a9-1.0-r0",
    "11, a9-1.0-r0 and 1 more",
    "30, a9-1.0-r0 and 20 more",
  })
  void areTenByNameAndTheNumberOfOthers(int number, String end) {
    List<LockedPackage> packages =
        IntStream.range(0, number).mapToObj(i -> ALock.locked(AnApk.named("a" + i))).toList();

    assertThat(SomePackages.of(packages)).startsWith("a0-1.0-r0").endsWith(end);
  }
}
