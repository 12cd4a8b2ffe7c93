package ai.opencode.sandbox.definition.file;

/** A value with its place in the file. */
record Placed<T>(Place place, T value) {}
