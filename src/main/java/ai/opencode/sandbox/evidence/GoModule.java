package ai.opencode.sandbox.evidence;

/**
 * A module that a Go program is made of.
 *
 * @param path the module's path, such as {@code golang.org/x/sync}
 * @param version the version, such as {@code v0.16.0}; empty for a module that was built from a
 *     working directory
 */
public record GoModule(String path, String version) {}
