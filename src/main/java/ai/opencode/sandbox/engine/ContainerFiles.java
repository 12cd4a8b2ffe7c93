package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The reading of files in a container, which need not be running, over the engine's API. */
final class ContainerFiles {

  private static final int MAX_BYTES = 1 << 20;

  private ContainerFiles() {}

  /**
   * Reads a file of at most 1 MiB.
   *
   * @return empty if there is no regular file at the path; a symbolic link is not followed
   */
  static Optional<byte[]> read(Engine engine, String container, String path) throws IOException {
    TarLimits limits = TarLimits.foreignArchive().withMaxContentBytes(MAX_BYTES);
    try (InputStream in = engine.client().copyArchiveFromContainerCmd(container, path).exec();
        TarReader tar = new TarReader(in, path + " of a container", limits)) {
      return tar.next() instanceof TarEntry.File
          ? Optional.of(tar.content().readAllBytes())
          : Optional.empty();
    } catch (NotFoundException | VerificationException e) {
      return Optional.empty();
    } catch (DockerException e) {
      throw Engine.refused("read " + path + " of a container", e);
    }
  }
}
