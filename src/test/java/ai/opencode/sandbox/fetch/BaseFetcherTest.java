package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseFetcherTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;

  @TempDir private Path directory;
  private BlobStore elsewhere;
  private Descriptor image;
  private Descriptor index;
  private Cache cache;

  @BeforeEach
  void makeBase() throws IOException {
    elsewhere = new BlobStore(directory.resolve("elsewhere"));
    image = AnImage.on(AMD64).withFile("etc/os-release", "ID=alpine").in(elsewhere);
    Descriptor other = AnImage.on(Platform.LINUX_ARM64).withFile("other", "arm").in(elsewhere);
    index =
        elsewhere.put(MediaType.INDEX, new ImageIndex(List.of(image, other), Map.of()).toJson());
    cache = new Cache(directory.resolve("cache"));
  }

  @Test
  void copiesAWholeBaseFromALayout() throws IOException {
    Upstream.BaseSource base =
        new Upstream.LayoutBase("made here", directory.resolve("elsewhere"), image);

    FetchedBase fetched = fetcher(false).fetch(base, AMD64);

    assertThat(fetched.manifest()).isEqualTo(image.digest());
    assertThat(BaseFetcher.blobs(cache.blobs(), image.digest(), AMD64))
        .allMatch(cache.blobs()::contains);
  }

  @Test
  void pullsOnePlatformOfAnIndexAndKnowsItAfterwards() throws IOException {
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(elsewhere)) {
      registry.tag("base", "latest", index);
      Reference pinned = registry.reference("base", index.digest());

      assertThat(fetcher(false).isCached(pinned, AMD64)).isFalse();
      FetchedBase online = fetcher(false).fetch(new Upstream.RegistryBase(pinned), AMD64);

      assertThat(online.root()).isEqualTo(index.digest());
      assertThat(online.manifest()).isEqualTo(image.digest());
      assertThat(fetcher(true).isCached(pinned, AMD64)).isTrue();
      assertThat(fetcher(true).isCached(pinned, Platform.LINUX_ARM64)).isFalse();
      assertThat(fetcher(true).fetch(new Upstream.RegistryBase(pinned), AMD64)).isEqualTo(online);
    }
  }

  @Test
  void refusesToPullOffline() {
    Reference pinned = pinned(image.digest());

    assertThatThrownBy(() -> fetcher(true).fetch(new Upstream.RegistryBase(pinned), AMD64))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining(pinned.toString())
        .hasMessageContaining("--offline");
  }

  @Test
  void isNotCachedUnderATag() throws IOException {
    importAll(image.digest());

    assertThat(fetcher(true).isCached(Reference.of("127.0.0.1:1/base:latest"), AMD64)).isFalse();
    assertThat(fetcher(true).isCached(pinned(image.digest()), AMD64)).isTrue();
  }

  @Test
  void isNotCachedIfABlobIsMissing() throws IOException {
    List<Digest> all = BaseFetcher.blobs(elsewhere, image.digest(), AMD64);
    for (Digest missing : all) {
      importAll(image.digest());
      Files.delete(cache.blobs().path(missing));

      assertThat(fetcher(true).isCached(pinned(image.digest()), AMD64)).as("%s", missing).isFalse();
    }
  }

  @Test
  void namesAPlatformThatAnIndexDoesNotHave() {
    assertThatThrownBy(
            () -> BaseFetcher.blobs(elsewhere, index.digest(), new Platform("linux", "s390x")))
        .isInstanceOf(VerificationException.class)
        .hasMessage("The index " + index.digest() + " has no linux/s390x");
  }

  private void importAll(Digest root) throws IOException {
    for (Digest each : BaseFetcher.blobs(elsewhere, root, AMD64)) {
      cache.blobs().importFrom(elsewhere, each);
    }
  }

  private static Reference pinned(Digest digest) {
    return Reference.of("127.0.0.1:1/base@" + digest);
  }

  private BaseFetcher fetcher(boolean offline) {
    return new BaseFetcher(cache, RegistryAccess.standard(), offline);
  }
}
