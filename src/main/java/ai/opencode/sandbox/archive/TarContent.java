package ai.opencode.sandbox.archive;

import java.io.IOException;

/** Writes the entries of an archive, without its end. */
public interface TarContent {

  void writeTo(TarWriter tar) throws IOException;
}
