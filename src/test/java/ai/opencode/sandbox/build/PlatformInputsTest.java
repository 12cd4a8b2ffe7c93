package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformInputsTest {

  private static final AnApk TOOL = AnApk.named("tool");
  private static final String KEY = "etc/apk/keys/" + ASmallUpstream.KEY.name();

  @TempDir private Path folder;
  private AWorkshop workshop;

  @BeforeEach
  void open() {
    workshop = AWorkshop.in(folder, TOOL);
  }

  @AfterEach
  void close() {
    workshop.close();
  }

  @Test
  void readsTheBasesFilesOnce() throws Exception {
    PlatformInputs inputs = workshop.inputs();
    assertThat(workshop.log.lines()).isEmpty();

    assertThat(inputs.root().text("etc/shells")).contains("/bin/sh\n");
    assertThat(inputs.root()).isSameAs(inputs.root());
    assertThat(workshop.log.lines("step layer: reading the files of the base")).hasSize(1);
  }

  @Test
  void trustsTheKeysInTheBase() throws Exception {
    workshop.baseFiles.put("etc/apk/keys/readme.txt", "no key");
    workshop.baseFiles.put("etc/apk/other-keys/other.pub", "no key");

    KeyFiles keys = workshop.inputs().keys();
    assertThat(keys.ring().names()).containsExactly(ASmallUpstream.KEY.name());
    assertThat(keys.find(ASmallUpstream.KEY.name())).hasValue(ASmallUpstream.KEY.pem());
  }

  @Test
  void knowsTheKeysFingerprints() throws Exception {
    assertThat(workshop.inputs().keyFingerprints())
        .isEqualTo(ASigningKey.ring(ASmallUpstream.KEY).fingerprints());
  }

  @Test
  void readsTheIndexesOnce() throws Exception {
    List<Repository> first = workshop.inputs().repositories();

    assertThat(workshop.inputs().repositories()).isSameAs(first);
    assertThat(first)
        .extracting(Repository::location)
        .containsExactly(new RepositoryLocation(workshop.repository().toString()));
    assertThat(first.get(0).packages())
        .extracting(each -> each.label())
        .containsExactly("tool-1.0-r0");
    assertThat(workshop.origin.opened("index")).containsExactly("index: x86_64");
  }

  @Test
  void readsTheIndexesOfItsPlatform() throws Exception {
    workshop.platform = Platform.LINUX_ARM64;

    workshop.inputs().repositories();

    assertThat(workshop.origin.opened("index")).containsExactly("index: aarch64");
    assertThat(workshop.inputs().platform()).isEqualTo(Platform.LINUX_ARM64);
  }

  @Test
  void readsIndexesAheadAndNotAgain() throws Exception {
    workshop.inputs().beginRepositories();
    workshop.origin.await("index");

    assertThat(workshop.inputs().repositories()).hasSize(1);
    assertThat(workshop.origin.opened("index")).hasSize(1);
  }

  @Test
  void knowsWhichIndexesWereRead() throws Exception {
    assertThat(workshop.inputs().repositoriesRead()).isEmpty();

    List<Repository> read = workshop.inputs().repositories();

    assertThat(workshop.inputs().repositoriesRead()).contains(read);
  }

  @Test
  void refusesIndexesThatNoneOfTheKeysSigned() {
    ARepository.in(workshop.repository())
        .with(TOOL)
        .signed(ASigningKey.named("other.rsa.pub"))
        .write();

    assertThatThrownBy(() -> workshop.inputs().repositories())
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void refusesABaseWithoutKeys() {
    workshop.baseFiles.remove(KEY);

    assertThatThrownBy(() -> workshop.inputs().repositories())
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "The base image registry.example/alpine has no keys in /etc/apk/keys, so no package can"
                + " be trusted. Use an Alpine image.");
  }

  @Test
  void refusesAPlaceWithoutARepository() {
    try (AWorkshop elsewhere = AWorkshop.in(folder.resolve("elsewhere"))) {
      elsewhere.repository().resolve("x86_64/APKINDEX.tar.gz").toFile().delete();

      assertThatThrownBy(() -> elsewhere.inputs().repositories())
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("No Alpine repository for x86_64");
    }
  }

  @Test
  void knowsWhatALockMustAgreeWith() throws Exception {
    PlatformInputs inputs = workshop.inputs();

    assertThat(inputs.lockedInputs(workshop.planned(ASmallUpstream.image("tool"))))
        .isEqualTo(
            new LockedInputs(
                Dependency.listOf("tool"), inputs.base().manifest(), Optional.empty(), null));
    assertThat(inputs.lockedInputs(workshop.planned(ASmallUpstream.image("other"))).requested())
        .isEqualTo(Dependency.listOf("other"));
  }

  @Test
  void knowsEverythingThatTheBaseConsistsOf() throws Exception {
    PlatformInputs inputs = workshop.inputs();
    Digest manifest = inputs.base().manifest();
    Manifest content = Manifest.parse(workshop.cache.blobs().read(manifest), "base");

    assertThat(inputs.baseBlobs())
        .containsExactly(
            manifest, content.config().digest(), inputs.base().blobs().get(0).digest());
  }

  @Test
  void readsKeysAsTheyAre() throws Exception {
    workshop.baseFiles.put("etc/apk/keys/two.pub", "second");

    assertThat(
            new String(
                workshop.inputs().keys().find("two.pub").orElseThrow(), StandardCharsets.UTF_8))
        .isEqualTo("second");
  }
}
