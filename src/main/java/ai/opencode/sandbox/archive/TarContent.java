package ai.opencode.sandbox.archive;

import java.io.IOException;

/** A writer of an archive's entries, without the end of the archive. */
public interface TarContent {

  void writeTo(TarWriter tar) throws IOException;
}
