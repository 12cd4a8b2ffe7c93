package ai.opencode.sandbox.npm;

import java.util.Optional;

/** Facts about npm packages of which only names and versions count. */
public final class SomeNpmFacts {

  private SomeNpmFacts() {}

  /** Returns the facts about a package with an id such as {@code left-pad@1.0.0}. */
  public static NpmFacts of(String id) {
    int at = id.lastIndexOf('@');
    String name = id.substring(0, at);
    return new NpmFacts(
        "usr/local/lib/node_modules/" + name,
        name,
        id.substring(at + 1),
        Optional.empty(),
        Optional.of("MIT"));
  }
}
