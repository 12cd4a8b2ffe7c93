package ai.opencode.sandbox.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoScanTest {

  private static final String MODULES =
      """
      path\tgithub.com/microsoft/typescript-go/cmd/tsgo
      mod\tgithub.com/microsoft/typescript-go\t(devel)\t
      dep\tgolang.org/x/sync\tv0.21.0\th1:abc=
      dep\texample.org/replaced\tv1.0.0
      =>\texample.org/used\tv2.0.0\th1:def=
      build\t-compiler=gc
      """;

  /** A line that is left out is not the one that the next line replaces. */
  @Test
  void replacesNoModuleButThatOfTheLineBefore() {
    String modules =
        "mod\texample.org/main\tv1.0.0\t\ndep\texample.org/"
            + "x".repeat(5000)
            + "\tv1.0.0\n=>\texample.org/used\tv2.0.0\t\n=>\texample.org/again\tv3.0.0\t\n";
    GoBuild build = scan(AGoProgram.with(4096, "go1.26.4", modules), 65536).orElseThrow();

    assertThat(build.modules()).containsExactly(new GoModule("example.org/main", "v1.0.0"));
  }

  @Test
  void readsTheModulesOfAProgram() {
    GoBuild build =
        scan(AGoProgram.with(4096, "go1.26.4 X:nodwarf5", MODULES), 65536).orElseThrow();
    assertThat(build.compiler()).isEqualTo("go1.26.4");
    assertThat(build.modules())
        .containsExactly(
            new GoModule("github.com/microsoft/typescript-go", ""),
            new GoModule("golang.org/x/sync", "v0.21.0"),
            new GoModule("example.org/used", "v2.0.0"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 15, 16, 17, 100, 4096, 8191, 8192, 8193})
  void readsPartsOfAnySize(int part) {
    byte[] program = AGoProgram.with(16384 + 16, "go1.26.4", MODULES);
    assertThat(scan(program, part)).isEqualTo(scan(program, program.length)).isPresent();
  }

  @Test
  void looksOnlyAtMultiplesOfSixteen() {
    assertThat(scan(AGoProgram.with(4100, "go1.26.4", MODULES), 65536)).isEmpty();
  }

  @Test
  void findsNothingInOtherFiles() {
    byte[] program = AGoProgram.with(128, "go1.26.4", MODULES);
    program[0] = '#';
    assertThat(scan(program, 65536)).isEmpty();
    assertThat(scan(new byte[0], 65536)).isEmpty();
    assertThat(scan(new byte[] {0x7f, 'E', 'L', 'F'}, 65536)).isEmpty();
    assertThat(scan(AGoProgram.with(128, "gone", ""), 65536)).isPresent();
    assertThat(scan(AGoProgram.with(128, "rust", ""), 65536)).isEmpty();
  }

  /** Everything else of a program is code and texts, which would only cost time. */
  @Test
  void looksOnlyAtTheData() {
    byte[] program = AGoProgram.with(20_000, "go1.26.4", MODULES);
    program[68] = 4;
    assertThat(scan(program, 65536)).as("read-only").isEmpty();
    program[68] = 6;
    ByteBuffer headers = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    headers.putLong(72, 20_001);
    assertThat(scan(program, 65536)).as("before the data").isEmpty();
    headers.putLong(72, 19_999);
    assertThat(scan(program, 65536)).isPresent();
    headers.putLong(96, 1);
    assertThat(scan(program, 65536)).as("behind the data").isEmpty();
  }

  @Test
  void readsNoHeadersOutsideOfTheFile() {
    byte[] program = AGoProgram.with(128, "go1.26.4", MODULES);
    ByteBuffer headers = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    for (long table : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, program.length}) {
      headers.putLong(32, table).putShort(56, (short) -1);
      assertThat(scan(program, 65536)).isEmpty();
    }
    headers.putLong(32, 64).putLong(72, Long.MAX_VALUE).putLong(96, Long.MAX_VALUE);
    assertThat(scan(program, 65536)).isEmpty();
    headers.putLong(72, -1);
    assertThat(scan(program, 65536)).isEmpty();
  }

  /** The programs go and cosign have the head among their own data. */
  @Test
  void goesOnBehindAHeadThatIsData() {
    byte[] program = AGoProgram.with(4096, "go1.26.4", MODULES);
    byte[] head = AGoProgram.HEAD.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(head, 0, program, 1024, head.length);
    program[1024 + 32] = 3;
    assertThat(scan(program, 1000)).isPresent();
  }

  @Test
  void endsInTheMiddleOfATextWithoutHarm() {
    byte[] program = AGoProgram.with(128, "go1.26.4", MODULES);
    for (int length = 0; length < program.length - 101; length++) {
      GoScan scan = new GoScan();
      scan.add(program, 0, length);
      assertThat(scan.end()).as("%s bytes", length).isEmpty();
    }
  }

  /** A file of heads would cost a megabyte of reading for each of them. */
  @Test
  void givesUpAfterAFewHeads() {
    ByteArrayOutputStream hostile = new ByteArrayOutputStream();
    hostile.writeBytes(AGoProgram.headers());
    byte[] head = AGoProgram.HEAD.substring(0, 16).getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 1_000_000; i++) {
      hostile.writeBytes(head);
    }
    long before = System.nanoTime();
    assertThat(scan(hostile.toByteArray(), 65536)).isEmpty();
    assertThat(System.nanoTime() - before).as("nanoseconds").isLessThan(2_000_000_000L);
  }

  @Test
  void boundsTheModules() {
    String many = "dep\texample.org/a\tv1.0.0\n".repeat(30_000);
    GoBuild build = scan(AGoProgram.with(128, "go1.26.4", many), 65536).orElseThrow();
    assertThat(build.modules()).hasSize(10_000);
    String longOne = "dep\t" + "a".repeat(5000) + "\tv1.0.0\n" + "dep\tb\tv1.0.0\n";
    assertThat(scan(AGoProgram.with(128, "go1.26.4", longOne), 65536).orElseThrow().modules())
        .containsExactly(new GoModule("b", "v1.0.0"));
    String tooMuch = "dep\texample.org/a\tv1.0.0\n".repeat(60_000);
    assertThat(scan(AGoProgram.with(128, "go1.26.4", tooMuch), 65536)).isEmpty();
  }

  private static Optional<GoBuild> scan(byte[] file, int part) {
    GoScan scan = new GoScan();
    for (int at = 0; at < file.length; at += part) {
      scan.add(file, at, Math.min(part, file.length - at));
    }
    return scan.end();
  }
}
