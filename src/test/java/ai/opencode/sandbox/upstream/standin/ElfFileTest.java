package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ElfFileTest {

  @Test
  void readsNameAndNeedsOfALibrary() {
    byte[] elf = AnElf.library("libz.so.1").needing("libc.so.6").needing("libm.so.6").bytes();

    assertThat(read(elf).orElseThrow())
        .satisfies(file -> assertThat(file.soname()).isEqualTo("libz.so.1"))
        .satisfies(file -> assertThat(file.needed()).containsExactly("libc.so.6", "libm.so.6"))
        .satisfies(file -> assertThat(file.interpreter()).isNull());
  }

  @Test
  void readsTheLoaderOfAProgram() {
    byte[] elf =
        AnElf.program().needing("libc.so.6").loadedBy("/lib64/ld-linux-x86-64.so.2").bytes();

    assertThat(read(elf).orElseThrow().interpreter()).isEqualTo("/lib64/ld-linux-x86-64.so.2");
  }

  @Test
  void ignoresFilesThatAreNoPrograms() {
    assertThat(read("#!/bin/sh\n".repeat(20).getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(read(new byte[0])).isEmpty();
  }

  @Test
  void refusesPointersOutsideTheFile() {
    byte[] elf = AnElf.library("libz.so.1").bytes();
    elf[32 + 6] = 1;

    assertThatThrownBy(() -> read(elf))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("test: malformed ELF file");
  }

  @Test
  void refusesOrReadsAnyCorruptFile() {
    byte[] good = AnElf.library("liba.so.1").needing("libb.so.2").loadedBy("/lib/ld.so").bytes();
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int i = 0; i < 3; i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        read(bad);
      } catch (VerificationException expected) {
        assertThat(expected).hasMessageStartingWith("test: malformed ELF file");
      }
    }
  }

  private static Optional<ElfFile> read(byte[] bytes) {
    return ElfFile.read(ByteBuffer.wrap(bytes), "test");
  }
}
