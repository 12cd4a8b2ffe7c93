package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.Progress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a result that is not the expected one leads to, on every kind of Java. */
class LockObedienceTest {

  private static final Digest ONE = Digest.sha256("one");
  private static final Digest OTHER = Digest.sha256("other");

  @Test
  void theFirstResultIsKept() {
    assertThat(obedience(false, true).result("tools", ONE, null)).isEqualTo(ONE);
    assertThat(obedience(true, true).result("tools", ONE, locked(null))).isEqualTo(ONE);
  }

  @Test
  void anotherResultIsKeptOrRefused() {
    assertThat(obedience(false, true).result("tools", OTHER, locked(ONE))).isEqualTo(OTHER);
    assertThatThrownBy(() -> obedience(true, true).result("tools", OTHER, locked(ONE)))
        .isInstanceOf(LockException.class)
        .hasMessage(
            "--locked, but the.lock expects tools to be "
                + ONE
                + " whatever its version, and the same inputs give "
                + OTHER
                + ": the image's settings or files, or this program, are not those that wrote the"
                + " lock; build without --locked to update it");
  }

  @Test
  void aJavaThatCompressesInItsOwnWayExpectsNothingOfOthers() {
    assertThat(obedience(false, false).result("tools", OTHER, null)).isNull();
    assertThat(obedience(false, false).result("tools", OTHER, locked(ONE))).isEqualTo(ONE);
    assertThatThrownBy(() -> obedience(true, false).result("tools", OTHER, locked(ONE)))
        .isInstanceOf(LockException.class)
        .hasMessageEndingWith(
            ": this Java compresses with another zlib than most (zlib-ng?); use another Java");
  }

  @Test
  void fewerKeysAreFine() {
    TreeMap<String, Digest> known = new TreeMap<>(Map.of("a.pub", ONE, "b.pub", OTHER));

    obedience(true, true).requireKnownKeys("alpine", new TreeMap<>(Map.of("a.pub", ONE)), known);
    obedience(true, true).requireKnownKeys("alpine", known, new TreeMap<>());
    assertThatThrownBy(
            () ->
                obedience(false, true)
                    .requireKnownKeys("alpine", new TreeMap<>(Map.of("c.pub", ONE)), known))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("The base image alpine trusts the key c.pub")
        .hasMessageContaining("does not know it (it knows a.pub, b.pub)");
  }

  private static LockObedience obedience(boolean locked, boolean reproducible) {
    return new LockObedience("the.lock", locked, reproducible, Progress.silent());
  }

  private static LockedImage locked(@Nullable Digest result) {
    return new LockedImage(null, null, new TreeMap<>(), List.of(), List.of(), null, result);
  }
}
