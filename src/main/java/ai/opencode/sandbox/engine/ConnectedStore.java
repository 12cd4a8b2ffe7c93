package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.util.List;

/** A store that loads images into an engine over the engine's API. */
record ConnectedStore(Engine engine, Progress progress) implements EngineStore {

  @Override
  public Platform platform() {
    return engine.platform();
  }

  @Override
  public void put(BlobStore blobs, Descriptor manifest, List<String> names) throws IOException {
    try {
      new EngineImages(engine, progress).bring(blobs, manifest, names.get(0), names);
    } catch (DockerException e) {
      throw Engine.refused("take " + names.get(0), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException(
          "Interrupted while the engine loads " + names.get(0) + ". Try again.", e);
    }
  }

  @Override
  public void close() throws IOException {
    engine.close();
  }
}
