package ai.opencode.sandbox.definition.file;

/** The use of the contents of files that {@code sandbox.yaml} copies into images. */
public enum Contents {
  /** The images have them. */
  READ,
  /** Each file is empty and directories have no files, because a command asks only for names. */
  LEFT_OUT
}
