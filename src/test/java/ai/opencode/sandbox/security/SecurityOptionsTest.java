package ai.opencode.sandbox.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.failure.UsageException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecurityOptionsTest {

  private static final SecurityOptions HARDENED = SecurityOptions.hardened();

  private static HostConfig applied(SecurityOptions options) {
    HostConfig host = HostConfig.newHostConfig();
    options.applyTo(host);
    return host;
  }

  @Test
  void hardenedOptionsMatchTheContract() {
    assertThat(HARDENED.user()).hasToString("1000:1000");
    assertThat(HARDENED.capDrop()).containsExactly("ALL");
    assertThat(HARDENED.capAdd()).containsExactly("NET_BIND_SERVICE");
    assertThat(HARDENED.readonlyRootfs()).isTrue();
    assertThat(HARDENED.noNewPrivileges()).isTrue();
    assertThat(HARDENED.usernsMode()).isNull();
    assertThat(HARDENED.seccompProfile()).isNull();
    assertThat(HARDENED.objections()).isEmpty();
  }

  @Test
  void everyDirectoryOfTheImageIsAWritablePathAndTheOtherWayRound() {
    List<OwnedDirectory> mounted =
        HARDENED.writablePaths().stream().flatMap(path -> path.directory().stream()).toList();

    assertThat(SandboxImages.base().directories()).isEqualTo(mounted);
  }

  @Test
  void aTmpfsHasTheSizeThatIsAsked() {
    SecurityOptions options = HARDENED.withTmpfs("/home/opencode/.cache", 2L << 30);

    assertThat(options.writablePaths()).hasSameSizeAs(HARDENED.writablePaths());
    assertThat(applied(options).getTmpFs().get("/home/opencode/.cache")).contains("size=2048m");
  }

  @Test
  void aFurtherTmpfsBelongsToTheUserAndToGroupZero() {
    SecurityOptions options = HARDENED.withTmpfs("/var/lib/agent", 64L << 20);

    assertThat(applied(options).getTmpFs())
        .containsEntry("/var/lib/agent", "rw,exec,nosuid,nodev,size=64m,mode=0770,uid=1000,gid=0");
  }

  @Test
  void namesEachLevelBetweenTheHomeAndAWritablePath() {
    String home = SandboxUser.OPENCODE.home();
    List<String> paths = HARDENED.writablePaths().stream().map(WritablePath::path).toList();

    assertThat(paths)
        .filteredOn(path -> path.startsWith(home + "/"))
        .isNotEmpty()
        .allSatisfy(
            path ->
                assertThat(paths.subList(0, paths.indexOf(path)))
                    .contains(path.substring(0, path.lastIndexOf('/'))));
  }

  @Test
  void becomesTheHostConfigurationOfAContainer() {
    HostConfig host = applied(HARDENED);

    assertThat(host.getCapDrop()).containsExactly(Capability.ALL);
    assertThat(host.getCapAdd()).containsExactly(Capability.NET_BIND_SERVICE);
    assertThat(host.getReadonlyRootfs()).isTrue();
    assertThat(host.getSecurityOpts()).containsExactly("no-new-privileges");
    assertThat(host.getPidsLimit()).isEqualTo(1024);
    assertThat(host.getMemory()).isEqualTo(4L << 30).isEqualTo(host.getMemorySwap());
    assertThat(host.getNanoCPUs()).isNull();
    assertThat(host.getUsernsMode()).isNull();
    assertThat(host.getGroupAdd()).isEmpty();
    assertThat(host.getTmpFs())
        .containsEntry("/tmp", "rw,exec,nosuid,nodev,size=1024m,mode=1777,uid=0,gid=0")
        .containsEntry(
            "/home/opencode/.config/opencode",
            "rw,exec,nosuid,nodev,size=64m,mode=0770,uid=1000,gid=0")
        .doesNotContainKey("/workspace");
    assertThat(host.getMounts())
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.getType()).isEqualTo(MountType.VOLUME);
              assertThat(mount.getTarget()).isEqualTo("/workspace");
            });
  }

  @Test
  void keepsMountsThatWereThereBefore() {
    HostConfig host =
        HostConfig.newHostConfig()
            .withMounts(List.of(new Mount().withTarget("/data")))
            .withTmpFs(Map.of("/scratch", "rw"));
    HARDENED.applyTo(host);

    assertThat(host.getMounts()).extracting(Mount::getTarget).contains("/data", "/workspace");
    assertThat(host.getTmpFs()).containsKeys("/scratch", "/tmp");
  }

  @Test
  void anotherUserGetsAtTheHomeThroughGroupZero() {
    assertThat(applied(HARDENED.withUser("12345:54321")).getGroupAdd()).containsExactly("0");
    assertThat(applied(HARDENED.withUser("12345:0")).getGroupAdd()).isEmpty();
  }

  @Test
  void givesTheContentOfASeccompProfileToTheEngine(@TempDir Path folder) throws Exception {
    Path profile = Files.writeString(folder.resolve("profile.json"), "{}");

    assertThat(applied(HARDENED.withSeccompProfile(profile.toString())).getSecurityOpts())
        .contains("seccomp={}");
    assertThatThrownBy(() -> applied(HARDENED.withSeccompProfile("/no/such/file")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/no/such/file");
  }

  @Test
  void aChangedCopyLeavesTheOriginalAlone() {
    WritablePath tmp = HARDENED.writablePaths().get(0);
    SecurityOptions changed =
        HARDENED
            .withUsernsMode("host")
            .withNetworkMode("none")
            .withLimits(
                HARDENED.limits().withPids(64).withMemoryBytes(64L << 20).withCpus(Cpus.of("1.5")))
            .withWritablePath(tmp.withExec(false).withSizeBytes(1 << 20));

    assertThat(changed.writablePaths()).hasSameSizeAs(HARDENED.writablePaths());
    assertThat(applied(changed).getTmpFs())
        .containsEntry("/tmp", "rw,noexec,nosuid,nodev,size=1m,mode=1777,uid=0,gid=0");
    assertThat(applied(changed).getUsernsMode()).isEqualTo("host");
    assertThat(applied(changed).getNetworkMode()).isEqualTo("none");
    assertThat(applied(changed).getNanoCPUs()).isEqualTo(1_500_000_000L);
    assertThat(changed.objections()).as("asked for by the user, and said in the exports").isEmpty();
    assertThat(HARDENED.usernsMode()).isNull();
    assertThat(HARDENED.writablePaths()).contains(tmp);
  }

  @Test
  void readsCapabilitiesInAnySpelling() {
    assertThat(HARDENED.withCapAdd(Set.of("cap_net_bind_service")).capAdd())
        .containsExactly("NET_BIND_SERVICE");
    assertThatThrownBy(() -> HARDENED.withCapAdd(Set.of("SYS_ADMN")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"SYS_ADMN\" is not a Linux capability");
  }

  @Test
  void objectsToEachWeakeningAtOnce() {
    List<String> objections =
        HARDENED
            .withUser("0:0")
            .withCapDrop(Set.of("NET_RAW"))
            .withCapAdd(Set.of("ALL", "SYS_ADMIN", "IPC_LOCK"))
            .withReadonlyRootfs(false)
            .withNoNewPrivileges(false)
            .withSeccompProfile("unconfined")
            .withNetworkMode("host")
            .objections();

    assertThat(objections).hasSize(8);
    assertThat(String.join("\n", objections))
        .contains("root", "SYS_ADMIN", "ALL", "no-new-privileges", "unconfined", "\"host\"")
        .doesNotContain("IPC_LOCK");
  }

  @Test
  void refusesValuesThatCannotBeMeant() {
    assertThatThrownBy(() -> HARDENED.withUser("opencode")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> HARDENED.withUsernsMode("host\nprivileged: true"))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> HARDENED.limits().withPids(1)).isInstanceOf(UsageException.class);
  }

  @Test
  void readsSizesAsDockerDoes() {
    assertThat(Limits.bytes("512m")).isEqualTo(512L << 20);
    assertThat(Limits.bytes("4G")).isEqualTo(4L << 30);
    assertThat(Limits.bytes("1048576")).isEqualTo(1 << 20);
    assertThatThrownBy(() -> Limits.bytes("lots"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"lots\" is not a size");
  }
}
