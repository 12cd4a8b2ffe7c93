package ai.opencode.sandbox.inspect.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Architecture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfHeaderTest {

  @Test
  void readsTheFieldsThatALoaderReads() {
    byte[] file =
        AnElf.program("/lib/ld-musl-aarch64.so.1")
            .machine(Architecture.ARM64.elfMachine())
            .needing("libz.so.1")
            .needing("libc.musl-aarch64.so.1")
            .rpath("/opt/lib:$ORIGIN")
            .runpath("/opt/run")
            .bytes();
    ElfHeader elf = ElfHeader.parse(ByteBuffer.wrap(file));
    assertThat(elf.machineName()).isEqualTo("aarch64");
    assertThat(elf.interpreter()).isEqualTo("/lib/ld-musl-aarch64.so.1");
    assertThat(elf.needed()).containsExactly("libz.so.1", "libc.musl-aarch64.so.1");
    assertThat(elf.rpath()).containsExactly("/opt/lib", "$ORIGIN");
    assertThat(elf.runpath()).containsExactly("/opt/run");
    assertThat(elf.soname()).isNull();
  }

  @Test
  void readsAProgramOfThisMachine() throws IOException {
    Path ls = Path.of("/bin/ls");
    assumeTrue(Files.isReadable(ls), "skipped: no /bin/ls");
    byte[] file = Files.readAllBytes(ls);
    assumeTrue(ElfHeader.isElf(file, file.length), "skipped: /bin/ls is not an ELF file");
    ElfHeader elf = ElfHeader.parse(ByteBuffer.wrap(file));
    assertThat(elf.interpreter()).startsWith("/lib");
    assertThat(elf.needed()).anyMatch(name -> name.startsWith("libc."));
  }

  @Test
  void ofAForeignMachineReadsTheMachineAlone() {
    ByteBuffer file = ByteBuffer.allocate(52).order(ByteOrder.BIG_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 2, 1}).putShort(16, (short) 2);
    file.putShort(18, (short) 20);
    ElfHeader elf = ElfHeader.parse(file);
    assertThat(elf.machine()).isEqualTo(20);
    assertThat(elf.wide()).isFalse();
  }

  @Test
  void anythingElseIsRefusedAndNeverWorse() {
    byte[] whole = AnElf.program("/lib/ld.so").needing("liba.so").runpath("/x").bytes();
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      byte[] file = whole.clone();
      for (int flips = 0; flips < 4; flips++) {
        file[20 + random.nextInt(file.length - 20)] = (byte) random.nextInt();
      }
      try {
        assertThat(ElfHeader.parse(ByteBuffer.wrap(file)).needed().size()).isLessThan(5000);
      } catch (VerificationException expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void aLargeFileGoesThroughTheDisk(@TempDir Path work) throws IOException {
    byte[] start = AnElf.library("libbig.so.1").needing("libc.so.6").bytes();
    byte[] padding = new byte[1 << 20];
    try (ElfSpool spool = new ElfSpool(work)) {
      for (int round = 0; round < 2; round++) {
        spool.start();
        spool.write(start, start.length);
        for (int i = 0; i < 6; i++) {
          spool.write(padding, padding.length);
        }
        assertThat(spool.header().soname()).isEqualTo("libbig.so.1");
        spool.start();
        spool.write(start, start.length);
        assertThat(spool.header().needed()).containsExactly("libc.so.6");
      }
    }
    try (var left = Files.list(work)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aTextWithoutAnEndIsRefused() {
    byte[] file = AnElf.program("/lib/ld.so").needing("liba.so").bytes();
    file[file.length - 1] = 'x';
    assertThatThrownBy(() -> ElfHeader.parse(ByteBuffer.wrap(file)))
        .isInstanceOf(VerificationException.class);
  }
}
