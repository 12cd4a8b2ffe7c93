package ai.opencode.sandbox.report;

import java.util.Set;

/** The characters that may control a terminal, by their categories in Unicode. */
public final class Steering {

  private static final Set<Byte> CATEGORIES =
      Set.of(
          Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR);

  private Steering() {}

  public static boolean has(int c) {
    return CATEGORIES.contains((byte) Character.getType(c));
  }
}
