package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalsTest {

  private final AtomicLong now = new AtomicLong(1000);
  private final List<String> log = new ArrayList<>();
  private final Refusals refusals = new Refusals(log::add, now::get);

  @Test
  void aContainerCannotFloodTheLog() {
    IntStream.range(0, 1000).forEach(i -> refusals.add("line " + i));
    assertThat(log).hasSize(20).last().isEqualTo("line 19");

    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    refusals.add("later");
    refusals.add("too soon");
    assertThat(log.subList(20, log.size()))
        .containsExactly("the network refused 980 more requests, too many to show", "later");

    refusals.tellOmitted();
    refusals.tellOmitted();
    assertThat(log.subList(22, log.size()))
        .containsExactly("the network refused 1 more requests, too many to show");
  }
}
