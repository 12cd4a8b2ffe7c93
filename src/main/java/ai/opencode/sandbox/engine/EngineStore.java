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

/** Where a container engine keeps its images. */
public interface EngineStore extends Closeable {

  /**
   * Connects to this machine's engine.
   *
   * @throws UsageException where there is no engine, or it does not answer
   */
  static EngineStore connect(Progress progress) throws IOException {
    EngineAddress address =
        EngineAddress.find(System.getenv(), Path.of(System.getProperty("user.home", "/")));
    return new ConnectedStore(Engine.connect(address), progress);
  }

  /** What its containers run on. */
  Platform platform();

  /**
   * Brings an image into it.
   *
   * @param blobs has everything that the image consists of
   * @param manifest of the image for {@link #platform}
   * @param names with tags, at least one; what had them before loses them
   */
  void put(BlobStore blobs, Descriptor manifest, List<String> names) throws IOException;
}
