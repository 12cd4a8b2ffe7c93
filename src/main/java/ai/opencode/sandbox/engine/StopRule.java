package ai.opencode.sandbox.engine;

import java.time.Duration;

/**
 * The events that end a container from outside.
 *
 * @param grace the time from SIGTERM or SIGHUP until the container is killed
 * @param deadline the moment of a SIGTERM, if it has not ended by itself
 * @param bySignals whether the container receives the signals to this process
 */
public record StopRule(Duration grace, Deadline deadline, boolean bySignals) {}
