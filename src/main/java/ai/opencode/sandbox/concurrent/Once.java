package ai.opencode.sandbox.concurrent;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is computed once, when it is first needed; other threads wait for it. */
public final class Once<T> implements Supplier<T> {

  private final Supplier<T> source;
  private @Nullable T value;

  public Once(Supplier<T> source) {
    this.source = source;
  }

  @Override
  public synchronized T get() {
    T known = value;
    if (known == null) {
      known = source.get();
      value = known;
    }
    return known;
  }
}
