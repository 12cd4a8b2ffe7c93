package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BusyboxAppletsTest {

  @Test
  void findsTheTableOfCommands() {
    String many =
        IntStream.range(0, 120).mapToObj(i -> "cmd" + (100 + i)).collect(Collectors.joining("\0"));
    String binary = "\0[\0[[\0no\0%s\0junk\0[\0[[\0cat\0" + many + "\0dpkg\0route\0abc\0zzz\0";

    List<String> links =
        BusyboxApplets.links(ByteBuffer.wrap(binary.getBytes(StandardCharsets.US_ASCII)), "test");

    assertThat(links).contains("bin/cat", "sbin/route", "usr/bin/[", "usr/bin/cmd219").isSorted();
    assertThat(links).doesNotContain("usr/bin/dpkg", "usr/bin/abc", "usr/bin/zzz");
  }

  @Test
  void refusesAProgramWithoutATable() {
    assertThatThrownBy(() -> BusyboxApplets.links(ByteBuffer.allocate(1000), "test"))
        .isInstanceOf(VerificationException.class);
  }
}
