package ai.opencode.sandbox.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.failure.UsageException;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Profiles that filter less than they seem to. */
class SeccompProfileTest {

  private static final String STRICT =
      """
      { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        "syscalls": [
          { "names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW", "args": [],
            "comment": "", "includes": {}, "excludes": {} },
          { "names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [
            { "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" } ],
            "excludes": { "caps": ["CAP_SYS_ADMIN"], "arches": ["s390", "s390x"] } },
          { "names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [
            { "index": 1, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" } ],
            "includes": { "arches": ["s390", "s390x"] } },
          { "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38 },
          { "names": ["mount", "umount2", "setns", "unshare", "bpf", "clone"],
            "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
          { "name": "getpid", "action": "SCMP_ACT_ALLOW" } ] }
      """;

  @TempDir private Path folder;

  private List<String> objections(String json) throws IOException {
    Path file = Files.writeString(folder.resolve("profile.json"), json);
    return SecurityOptions.hardened().withSeccompProfile(file.toString()).objections();
  }

  @Test
  void oneLikeDockersIsFine() throws IOException {
    assertThat(objections(STRICT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ERRNO", "KILL", "KILL_PROCESS", "KILL_THREAD", "TRAP"})
  void acceptsProfilesThatDenyByDefault(String action) throws IOException {
    assertThat(objections(STRICT.replaceFirst("SCMP_ACT_ERRNO", "SCMP_ACT_" + action))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                          | default action",
        "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}      | default action",
        "{\"defaultAction\":\"SCMP_ACT_LOG\"}        | default action",
        "{\"defaultAction\":\"SCMP_ACT_TRACE\"}      | default action",
        "{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}     | default action",
        "{\"defaultAction\":\"scmp_act_errno\"}      | default action",
        "{\"defaultAction\":\" SCMP_ACT_ERRNO\"}     | default action",
        "{\"defaultAction\":[\"SCMP_ACT_ERRNO\"]}    | default action",
        "{\"defaultAction\":null}                    | default action",
        "{\"DefaultAction\":\"SCMP_ACT_ERRNO\"}      | unknown field \"DefaultAction\"",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"DEFAULTACTION\":\"SCMP_ACT_ALLOW\"} | unknown"
            + " field",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"\u017Fyscalls\":[]} | unknown field",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"Syscalls\":[]} | unknown field",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"listenerPath\":\"/run/x\"} | unknown field",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}} | not a list",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]} |"
            + " flag",
      })
  void otherDefaultsAreRefused(String json, String reason) throws IOException {
    assertThat(objections(json)).anySatisfy(each -> assertThat(each).contains(reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"names\":[\"read\",\"mount\"],\"action\":\"SCMP_ACT_ALLOW\" | allows mount",
        "\"name\":\"mount\",\"action\":\"SCMP_ACT_ALLOW\" | allows mount",
        "\"name\":\"bpf\",\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\" | allows bpf",
        "\"names\":[\"unshare\"],\"action\":\"SCMP_ACT_ALLOW\" | allows unshare",
        "\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ALLOW\" | allows clone3",
        "\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\" | namespaces",
        "\"names\":[\"keyctl\"],\"action\":\"SCMP_ACT_ALLOW\" | allows keyctl",
        "\"names\":[\"userfaultfd\"],\"action\":\"SCMP_ACT_ALLOW\" | allows userfaultfd",
        "\"names\":[\"MOUNT\"],\"action\":\"SCMP_ACT_ALLOW\" | names the system call",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[]} | setns",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":\"CAP_SYS_ADMIN\"}"
            + " | setns",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_NET_BIND_SERVICE\"]}"
            + " | setns",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_NONE\"]}"
            + " | setns",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}"
            + " | setns",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"2.0\"} |"
            + " setns",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"Caps\":[\"CAP_SYS_ADMIN\"]}"
            + " | unknown field",
        "\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_GE\"}]"
            + " | setns",
        "\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,\"value\":2114060288,\"op\":\"SCMP_CMP_MASKED_EQ\"}]"
            + " | namespaces",
        "\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_MASKED_EQ\"}]"
            + " | namespaces",
        "\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_NE\"}]"
            + " | namespaces",
        "\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":1,\"value\":0,\"op\":\"SCMP_CMP_NE\"},{\"index\":1,\"value\":0,\"op\":\"SCMP_CMP_EQ\"}]"
            + " | namespaces",
        "\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\" | with the action",
        "\"names\":[\"read\"],\"action\":\"SCMP_ACT_NOTIFY\" | with the action",
        "\"names\":[\"read\"],\"action\":\"SCMP_ACT_TRACE\" | with the action",
        "\"names\":[\"read\"] | with the action",
        "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"Action\":\"SCMP_ACT_ALLOW\" | unknown"
            + " field",
      })
  void rulesThatOpenTooMuchAreRefused(String rule, String reason) throws IOException {
    assertThat(objections("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{" + rule + "}]}"))
        .singleElement()
        .asString()
        .contains(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unconfined",
        " unconfined\n",
        "",
        "[]",
        "null",
        "\"unconfined\"",
        "{",
        "{} {}",
        "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "// comment\n{}"
      })
  void doesNotSendAnythingButStrictJson(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("profile.json"), content);
    SecurityOptions options = SecurityOptions.hardened().withSeccompProfile(file.toString());

    assertThat(options.objections()).hasSize(1);
    assertThatThrownBy(() -> options.applyTo(HostConfig.newHostConfig()))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void onlyRegularFilesOfABoundedSizeAreRead() throws Exception {
    Path pipe = folder.resolve("pipe");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    Path large = Files.writeString(folder.resolve("large"), "{}" + " ".repeat(1 << 20));

    for (String file : List.of(pipe.toString(), large.toString(), "/dev/zero", "/", "a\0b")) {
      assertThatThrownBy(() -> SeccompProfile.read(file)).isInstanceOf(UsageException.class);
    }
  }

  @Test
  void aFileOfThatNameIsNotTheWord() throws IOException {
    Path file = Files.writeString(folder.resolve("unconfined"), STRICT);

    assertThat(SecurityOptions.hardened().withSeccompProfile(file.toString()).objections())
        .isEmpty();
  }

  @Test
  void aProfileDoesNotChangeBetweenJudgementAndUse() throws IOException {
    Path file = Files.writeString(folder.resolve("profile.json"), STRICT);
    SeccompProfile profile = SeccompProfile.read(file.toString());
    Files.writeString(file, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");

    assertThat(profile.objections()).isEmpty();
    assertThat(profile.json()).contains("SCMP_ACT_ERRNO").doesNotContain("\"SCMP_ACT_ALLOW\"}\n");
  }

  /** This profile is for containers within containers, which may all create namespaces. */
  @Test
  void podmansOwnIsLooserThanDockers() {
    Path file = Path.of("/usr/share/containers/seccomp.json");
    assumeTrue(Files.isRegularFile(file), "skipped: no /usr/share/containers/seccomp.json");

    assertThat(SeccompProfile.read(file.toString()).objections())
        .allSatisfy(each -> assertThat(each).containsAnyOf(" allows "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "HOST",
        "container:x",
        "ns:/proc/1/ns/net",
        "slirp4netns",
        "slirp4netns:allow_host_loopback=true",
        "pasta",
        "pasta:-T,auto",
        "private",
        "bridge:ip=10.0.0.2",
        "name:mac=1",
        "a/b",
        "a,b",
        "a=b",
        "a@b"
      })
  void networksThatMayReachTheHostAreRefused(String mode) {
    assertThat(SecurityOptions.hardened().withNetworkMode(mode).objections())
        .singleElement()
        .asString()
        .contains("\"" + mode + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "bridge", "default", "my-network", "0123456789ab", "hosts"})
  void namesOfNetworksAreFine(String mode) {
    assertThat(SecurityOptions.hardened().withNetworkMode(mode).objections()).isEmpty();
  }

  @Test
  void othersUserNamespacesAreRefused() {
    assertThat(SecurityOptions.hardened().withUsernsMode("container:x").objections()).hasSize(1);
    assertThat(SecurityOptions.hardened().withUsernsMode("ns:/proc/1/ns/user").objections())
        .hasSize(1);
  }

  @Test
  void noUserIsRootByOverflow() {
    for (String user : Set.of("4294967296:1000", "1000:4294967296", "2147483648:0")) {
      assertThatThrownBy(() -> SecurityOptions.hardened().withUser(user))
          .isInstanceOf(UsageException.class);
    }
    assertThat(SecurityOptions.hardened().withUser("000:5").objections()).hasSize(1);
  }
}
