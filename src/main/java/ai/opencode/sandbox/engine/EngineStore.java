package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A container engine as a place for built images. */
public interface EngineStore extends Closeable {

  /**
   * Connects to this machine's engine.
   *
   * @throws UsageException if there is no engine, or it does not answer
   */
  static EngineStore connect(Progress progress) throws IOException {
    EngineAddress address =
        EngineAddress.find(System.getenv(), Path.of(System.getProperty("user.home", "/")));
    return new ConnectedStore(Engine.connect(address), progress);
  }

  /** Returns the platform of the engine's containers. */
  Platform platform();

  /**
   * Loads an image into the engine.
   *
   * @param blobs the image's manifest, configuration and layers
   * @param manifest the descriptor of the image's manifest for {@link #platform}
   * @param names the image's names, at least one, with tags; an image that has one of them loses it
   */
  void put(BlobStore blobs, Descriptor manifest, List<String> names) throws IOException;
}
