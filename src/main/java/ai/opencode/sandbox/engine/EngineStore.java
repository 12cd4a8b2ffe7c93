package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import com.github.dockerjava.api.exception.DockerException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where this machine's container engine keeps its images. */
public final class EngineStore implements Closeable {

  private final Engine engine;
  private final Progress progress;

  private EngineStore(Engine engine, Progress progress) {
    this.engine = engine;
    this.progress = progress;
  }

  /**
   * @throws UsageException where there is no engine, or it does not answer
   */
  public static EngineStore connect(Progress progress) throws IOException {
    EngineAddress address =
        EngineAddress.find(System.getenv(), Path.of(System.getProperty("user.home", "/")));
    return new EngineStore(Engine.connect(address), progress);
  }

  /** What its containers run on. */
  public Platform platform() {
    return engine.platform();
  }

  /**
   * Brings an image into it.
   *
   * @param blobs has everything that the image consists of
   * @param manifest of the image for {@link #platform}
   * @param names with tags, at least one; what had them before loses them
   */
  public void put(BlobStore blobs, Descriptor manifest, List<String> names) throws IOException {
    try {
      new EngineImages(engine, progress).bring(blobs, manifest, names.get(0), names);
    } catch (DockerException e) {
      throw Engine.refused("take " + names.get(0), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("Interrupted while the engine takes " + names.get(0), e);
    }
  }

  @Override
  public void close() throws IOException {
    engine.close();
  }
}
