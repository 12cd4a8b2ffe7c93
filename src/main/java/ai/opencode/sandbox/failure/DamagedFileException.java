package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;

/**
 * The failure to read a file whose content no longer matches its digest. A file of the cache is
 * repaired by deleting it and building again.
 */
@Api
public final class DamagedFileException extends VerificationException {

  private static final long serialVersionUID = 1L;

  private final transient Path file;

  /** Makes a failure whose message names the file and the remedy. */
  public DamagedFileException(Path file) {
    super(file + " is corrupt: its content does not match its digest. Delete it and build again.");
    this.file = file;
  }

  public Path file() {
    return file;
  }
}
