package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;

/**
 * A file that was verified when it was written holds other bytes now. Where it is a cached copy,
 * removing it and starting again repairs it.
 */
@Api
public final class DamagedFileException extends VerificationException {

  private static final long serialVersionUID = 1L;

  private final transient Path file;

  /** Names the file and what helps. */
  public DamagedFileException(Path file) {
    super("The file " + file + " is not what its name says; delete it and build again");
    this.file = file;
  }

  public Path file() {
    return file;
  }
}
