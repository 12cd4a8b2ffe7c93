package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** One run of the program inside this JVM, with what it printed. */
record ARun(int exitCode, String out, String err) {

  static final Settings NO_SETTINGS = new Settings(Map.of(), Map.of(), Map.of());

  static ARun of(String... arguments) {
    return with(NO_SETTINGS, arguments);
  }

  static ARun with(Settings settings, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new OpenCodeSandbox(new PrintWriter(out, true), new PrintWriter(err, true))
            .execute(settings, arguments);
    return new ARun(exitCode, out.toString(), err.toString());
  }
}
