package ai.opencode.sandbox.engine;

/**
 * The end of a container.
 *
 * @param exitCode of its first process; 128 plus a signal's number if that came before the start
 * @param timedOut whether the deadline ended it; the exit code is then that of the kill
 */
public record Ending(int exitCode, boolean timedOut) {}
