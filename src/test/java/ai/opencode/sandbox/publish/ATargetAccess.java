package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Access to registries without credentials, and to an engine that records its images. */
final class ATargetAccess {

  /** An engine without containers. */
  static final class FakeEngine implements EngineStore {

    final List<List<String>> names = new ArrayList<>();
    final List<Descriptor> manifests = new ArrayList<>();
    int open;
    private final Platform platform;

    FakeEngine(Platform platform) {
      this.platform = platform;
    }

    @Override
    public Platform platform() {
      return platform;
    }

    @Override
    public void put(BlobStore blobs, Descriptor manifest, List<String> newNames) {
      names.add(newNames);
      manifests.add(manifest);
    }

    @Override
    public void close() {
      open--;
    }
  }

  private ATargetAccess() {}

  static TargetAccess withoutEngine() {
    return access(
        progress -> {
          throw new IOException("there is no engine");
        });
  }

  static TargetAccess with(FakeEngine engine) {
    return access(
        progress -> {
          engine.open++;
          return engine;
        });
  }

  private static TargetAccess access(TargetAccess.EngineConnector engines) {
    RegistryAccess registries =
        RegistryAccess.standard()
            .withCredentials(CredentialSource.firstOf(List.of()))
            .withAttempts(1, Duration.ZERO);
    return new TargetAccess(registries, Optional.empty(), engines, Progress.silent());
  }
}
