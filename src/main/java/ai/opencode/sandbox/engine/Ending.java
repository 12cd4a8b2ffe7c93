package ai.opencode.sandbox.engine;

/**
 * The end of a container.
 *
 * @param exitCode the exit code of the container's first process; 128 plus a signal's number if the
 *     signal came before the start
 * @param timedOut whether the deadline ended the container; the exit code is then that of the kill
 */
public record Ending(int exitCode, boolean timedOut) {}
