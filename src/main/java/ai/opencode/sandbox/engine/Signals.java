package ai.opencode.sandbox.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A listener for signals to this process. Until it is closed, these do not end the process.
 *
 * <p>Java's only access is {@code sun.misc.Signal}, which is supported since JDK 9 (JEP 260). It is
 * used by reflection, because the compiler warns about every direct use and warnings are errors
 * here.
 */
public final class Signals implements AutoCloseable {

  private final Map<Object, Object> previous = new LinkedHashMap<>();

  private Signals() {}

  /**
   * Registers a listener.
   *
   * @param names the names of the signals without {@code SIG}; signals that this system lacks or
   *     Java reserves are skipped
   * @param listener the function that is called with the signal's name
   */
  static Signals listen(List<String> names, Consumer<String> listener) {
    Signals signals = new Signals();
    for (String name : names) {
      try {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object handler =
            Proxy.newProxyInstance(
                handlerType.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "handle" -> {
                        listener.accept(name);
                        yield null;
                      }
                      case "hashCode" -> System.identityHashCode(proxy);
                      case "equals" -> proxy == arguments[0];
                      default -> "listener for " + name;
                    });
        Object signal =
            Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
        signals.previous.put(signal, handle(signal, handler));
      } catch (InvocationTargetException e) {
        // This system lacks the signal, or the JVM reserves it (-Xrs).
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("This JVM has no module jdk.unsupported", e);
      }
    }
    return signals;
  }

  private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
    return signal
        .getClass()
        .getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"))
        .invoke(null, signal, handler);
  }

  @Override
  public void close() {
    previous.forEach(
        (signal, handler) -> {
          try {
            handle(signal, handler);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot restore the handler of " + signal, e);
          }
        });
    previous.clear();
  }
}
