package ai.opencode.sandbox.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Signals to this process, handed to a listener instead of ending it, until closed.
 *
 * <p>The only way to them in Java is {@code sun.misc.Signal}: exported and supported since JDK 9
 * (JEP 260), but the compiler warns about every mention of it, and warnings are errors here. So it
 * is reached by its name.
 */
public final class Signals implements AutoCloseable {

  private final Map<Object, Object> previous = new LinkedHashMap<>();

  private Signals() {}

  /**
   * @param names without {@code SIG}; those that this system or this JVM does not give away are
   *     left as they are
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
        // Not on this system, or the JVM keeps it for itself (-Xrs).
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("this JVM has no module jdk.unsupported", e);
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
            throw new IllegalStateException("cannot give back " + signal, e);
          }
        });
    previous.clear();
  }
}
