package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.network.ARecordingProxy;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.Upstreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Offline, a cached stand-in is used without running apt or contacting a server. */
@Timeout(60)
class CachedStandInTest {

  @TempDir private Path cache;
  private ARecordingProxy proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = ARecordingProxy.start();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void isUsedIfNoServerMayBeContacted() throws IOException {
    Path repository = make(Platform.LINUX_AMD64);

    for (UpstreamChoice.Kind kind :
        List.of(UpstreamChoice.Kind.AUTO, UpstreamChoice.Kind.STAND_IN)) {
      Upstream upstream = choose(kind, Platform.LINUX_AMD64);

      assertThat(upstream.kind()).isEqualTo(UpstreamKind.STAND_IN);
      assertThat(upstream.locations())
          .containsExactly(new RepositoryLocation(repository.toString()));
    }
  }

  @Test
  void isNotUsedForAnotherPlatform() throws IOException {
    make(Platform.LINUX_AMD64);

    assertThatThrownBy(() -> choose(UpstreamChoice.Kind.AUTO, Platform.LINUX_ARM64))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith("The cache has no upstream for linux/arm64, and --offline");
  }

  private Upstream choose(UpstreamChoice.Kind kind, Platform platform) throws IOException {
    RegistryAccess access = RegistryAccess.standard().withNetwork(proxy.network());
    return new Upstreams(
            cache,
            () -> {
              throw new AssertionError("no server may be asked");
            },
            access,
            true,
            Progress.silent())
        .choose(kind, platform, null, List.of(), List.of(), false);
  }

  /** The cache of a run that is older than the lifetime of package lists. */
  private Path make(Platform platform) throws IOException {
    Path all = cache.resolve("stand-in");
    Path repository = Files.createDirectories(all.resolve("made-before"));
    OciLayout layout = new OciLayout(repository.resolve("base"));
    Descriptor config =
        layout.blobs().put(MediaType.CONFIG, ImageConfig.scratch(platform).toJson());
    Manifest manifest = new Manifest(config, List.of(), Map.of());
    Descriptor base = layout.blobs().put(MediaType.MANIFEST, manifest.toJson());
    layout.put(layout.blobs(), Map.of(StandInRepository.BASE_NAME, base));
    Files.writeString(repository.resolve(StandInKey.NAME), "key");
    Path known =
        Files.createDirectories(all.resolve("known")).resolve(StandIn.fingerprint(platform));
    Files.writeString(known, "made-before own-lists\n");
    Files.setLastModifiedTime(known, FileTime.from(Instant.now().minus(Duration.ofDays(9))));
    return repository;
  }
}
