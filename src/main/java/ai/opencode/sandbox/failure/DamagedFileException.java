package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;

/**
 * A failure because the content of a file no longer matches the digest in its name. If the file is
 * a cached copy, deleting it and building again repairs the cache.
 */
@Api
public final class DamagedFileException extends VerificationException {

  private static final long serialVersionUID = 1L;

  private final transient Path file;

  /** Creates an exception whose message names the file and the remedy. */
  public DamagedFileException(Path file) {
    super(file + " is corrupt: its content does not match its digest. Delete it and build again.");
    this.file = file;
  }

  public Path file() {
    return file;
  }
}
