package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.network.ARecordingProxy;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offline builds use only the cache, and send no request for an input that is missing. */
@Timeout(120)
class OfflineBuildTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");

  @TempDir private Path directory;
  private ARecordingProxy proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = ARecordingProxy.start();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "official"})
  void sendsNoRequestForAnUpstreamOrItsBase(String upstream) {
    assertThatThrownBy(
            () ->
                build(offline(BuildSettings.standard()).withUpstream(UpstreamChoice.of(upstream))))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("--offline forbids ")
        .hasMessageContaining("uild once without --offline");
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void namesTheRemedyIfNoUpstreamIsCached() {
    assertThatThrownBy(() -> build(offline(BuildSettings.standard())))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "The cache has no upstream for linux/amd64, and --offline forbids fetching one. Build"
                + " once without --offline, or from an archive of inputs (--upstream DIRECTORY).");
    assertThat(directory.resolve("cache/stand-in")).doesNotExist();
  }

  @Test
  void makesImagesFromTheCache() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory.resolve("upstream"), TOOL)) {
      BuildSettings settings = upstream.settings();
      List<BuiltImage> online = build(settings);

      List<BuiltImage> offline = build(offline(settings).withCache(settings.cache()));

      assertThat(offline.get(0).index()).isEqualTo(online.get(0).index());
    }
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void sendsNoRequestForAnIndex() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory.resolve("upstream"), TOOL)) {
      BuildSettings settings = upstream.settings();
      build(settings);
      BuildSettings elsewhere = settings.withRepositories(List.of("https://mirror.test/alpine"));

      assertThatThrownBy(() -> build(offline(elsewhere).withCache(settings.cache())))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("mirror.test/alpine/x86_64/APKINDEX.tar.gz is not in the cache");
    }
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void sendsNoRequestForAMirrorsBase() {
    BuildSettings settings =
        BuildSettings.standard()
            .withUpstream(UpstreamChoice.MIRROR)
            .withBase(Reference.of("mirror.test/alpine:3"));

    assertThatThrownBy(() -> build(offline(settings))).isInstanceOf(NetworkException.class);
    assertThat(proxy.connections()).isZero();
  }

  /** Without this request, tests that expect none would prove nothing. */
  @Test
  void theProxyIsAskedIfTheBuildIsNotOffline() {
    BuildSettings online =
        offline(BuildSettings.standard()).withOffline(false).withUpstream(UpstreamChoice.OFFICIAL);

    assertThatThrownBy(() -> build(online)).isInstanceOf(NetworkException.class);
    assertThat(proxy.connections()).isPositive();
  }

  private BuildSettings offline(BuildSettings settings) {
    return settings
        .withPlatforms(List.of(Platform.LINUX_AMD64))
        .withRegistries(RegistryAccess.standard().withNetwork(proxy.network()))
        .withCache(directory.resolve("cache"))
        .withOffline(true);
  }

  private static List<BuiltImage> build(BuildSettings settings) throws IOException {
    return new SandboxBuilder(settings, Progress.silent())
        .build(List.of(ASmallUpstream.image("tool")));
  }
}
