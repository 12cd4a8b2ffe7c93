package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Options that loosen a protection count neither as variables nor as properties. */
class CommandLineOnlyTest {

  private static final Set<String> OF_A_CONTAINER =
      Set.of(
          "cap-add",
          "cpus",
          "memory",
          "network",
          "pids-limit",
          "seccomp",
          "tmpfs",
          "user",
          "userns",
          "writable");

  /** Options that loosen a protection, by command; a new option belongs here or into OTHERS. */
  private static final Map<String, Set<String>> LOOSENING =
      Map.ofEntries(
          Map.entry(
              "build", Set.of("accept-archive-lock", "allow-downgrade", "allow-outside", "force")),
          Map.entry("inspect", Set.of("allow-outside")),
          Map.entry("lock", Set.of("accept-archive-lock", "allow-downgrade", "allow-outside")),
          Map.entry("lock archive", Set.of("allow-outside")),
          Map.entry("publish", Set.of("allow-outside", "force")),
          Map.entry("resolve", Set.of("allow-outside")),
          Map.entry(
              "run",
              with(
                  OF_A_CONTAINER,
                  "allow-outside",
                  "env",
                  "env-file",
                  "i-know",
                  "privileged",
                  "prune",
                  "publish",
                  "runtime",
                  "volume",
                  "workdir",
                  "workspace")),
          Map.entry("sbom", Set.of("allow-outside")),
          Map.entry("security", with(OF_A_CONTAINER, "allow-outside")),
          Map.entry("serve", Set.of("push")),
          Map.entry("verify", Set.of("allow-outside")));

  private static final Set<String> OF_CONNECTIONS =
      Set.of(
          "ca-file",
          "file",
          "network-patience",
          "insecure-registry",
          "registry-mirror",
          "registry-password",
          "registry-username");

  private static final Set<String> OF_INPUTS =
      with(
          OF_CONNECTIONS,
          "base",
          "base-packages",
          "cache",
          "image-version",
          "key",
          "lock",
          "npm-registry",
          "offline",
          "platform",
          "repository",
          "upstream");

  private static final Map<String, Set<String>> OTHERS =
      Map.ofEntries(
          Map.entry(
              "build",
              with(
                  OF_INPUTS,
                  "attest",
                  "cache-from",
                  "cache-to",
                  "creation-time",
                  "explain",
                  "images",
                  "json",
                  "locked",
                  "registry",
                  "results",
                  "strict-scripts",
                  "tags",
                  "to")),
          Map.entry("inspect", with(OF_CONNECTIONS, "files", "html", "json", "platform", "svg")),
          Map.entry("lock", with(OF_INPUTS, "base-image", "check", "format", "update")),
          Map.entry("lock archive", OF_INPUTS),
          Map.entry("publish", with(OF_CONNECTIONS, "attest", "tag", "tags", "to")),
          Map.entry(
              "resolve",
              with(
                  OF_CONNECTIONS,
                  "arch",
                  "installed",
                  "json",
                  "keys",
                  "latest",
                  "repository",
                  "upgrade",
                  "why",
                  "world")),
          Map.entry("run", Set.of("file", "label", "name", "stop-timeout", "timeout", "tty")),
          Map.entry("sbom", with(OF_CONNECTIONS, "format", "output", "platform")),
          Map.entry("security", with(OF_CONNECTIONS, "format", "image")),
          Map.entry("serve", Set.of("port")),
          Map.entry(
              "verify",
              with(
                  OF_CONNECTIONS,
                  "contract",
                  "json",
                  "key",
                  "keys",
                  "list",
                  "lock",
                  "origin",
                  "platform",
                  "require")));

  private static Set<String> with(Set<String> some, String... more) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(Arrays.asList(more));
    return Set.copyOf(all);
  }

  @Test
  void everyOptionOfEveryCommandIsClassified() {
    Map<String, Set<String>> loosening = new TreeMap<>();
    Map<String, Set<String>> others = new TreeMap<>();
    commands()
        .forEach(
            (name, command) -> {
              for (OptionSpec option : command.getCommandSpec().options()) {
                if (!option.usageHelp() && !option.versionHelp() && !option.inherited()) {
                  (isCommandLineOnly(option) ? loosening : others)
                      .computeIfAbsent(name, key -> new TreeSet<>())
                      .add(option.longestName().replaceFirst("^-+", ""));
                }
              }
            });

    assertThat(loosening).isEqualTo(LOOSENING);
    assertThat(others).containsExactlyInAnyOrderEntriesOf(OTHERS);
  }

  @Test
  void neitherPropertyNorVariableNorFallbackOfALooseningOptionCounts() {
    commands()
        .forEach(
            (command, spec) -> {
              for (OptionSpec option : spec.getCommandSpec().options()) {
                if (!isCommandLineOnly(option)) {
                  continue;
                }
                String bare = option.longestName().replaceFirst("^-+", "").replace('-', '.');
                for (String name : Set.of("sandbox." + command + "." + bare, "sandbox." + bare)) {
                  String variable = name.toUpperCase(Locale.ROOT).replace('.', '_');
                  for (String value : Set.of("true", "host", "x", "allow:a.test")) {
                    Settings settings =
                        new Settings(
                            Map.of(name, value), Map.of(variable, value), Map.of(name, value));

                    assertThat(settings.defaultValue(option)).as(name).isNull();
                  }
                }
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"sandbox.run.i.know", "sandbox.run.volume", "sandbox.run.cap.add"})
  void oneLineSaysThatAPropertyIsIgnored(String name) {
    Settings settings = new Settings(Map.of(name, "NET_ADMIN"), Map.of(), Map.of());
    ARun run = ARun.with(settings, "run", "--user=0:0", "--workspace=/no/such/directory", "image");

    assertThat(run.err())
        .containsOnlyOnce(name + " is ignored because --")
        .contains("Give the option on the command line.\n")
        .contains("Cannot mount /no/such/directory");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aVariableTakesNoRisk() {
    Settings settings =
        new Settings(
            Map.of("sandbox.run.i.know", ""),
            Map.of("SANDBOX_RUN_I_KNOW", "true", "SANDBOX_RUN_WRITABLE", "true"),
            Map.of());
    ARun run = ARun.with(settings, "run", "--workspace=/", "image");

    assertThat(run.err())
        .containsOnlyOnce("SANDBOX_RUN_I_KNOW is ignored because --i-know")
        .containsOnlyOnce("sandbox.run.i.know is ignored because --i-know")
        .containsOnlyOnce("SANDBOX_RUN_WRITABLE is ignored because --writable")
        .contains("Refusing to start, because this would not be a sandbox: ")
        .doesNotContain("a writable root");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void theLineIsNotPartOfTheOutput() {
    Settings settings = new Settings(Map.of(), Map.of("SANDBOX_SECURITY_USER", "0:0"), Map.of());
    ARun run = ARun.with(settings, "security", "--format=json");

    assertThat(run.out()).isEqualTo(ARun.of("security", "--format=json").out());
    assertThat(run.err()).hasLineCount(1).startsWith("SANDBOX_SECURITY_USER is ignored");
  }

  @Test
  void optionsThatOnlyTightenCount() {
    Settings none = new Settings(Map.of(), Map.of("SANDBOX_SECURITY_NETWORK", "none"), Map.of());
    Settings host =
        new Settings(
            Map.of("sandbox.security.network", "host"),
            Map.of("SANDBOX_SECURITY_NETWORK", "none", "SANDBOX_SECURITY_WRITABLE", "false"),
            Map.of());

    assertThat(ARun.with(none, "security").err()).isEmpty();
    assertThat(ARun.with(none, "security").out()).contains("--network none");
    assertThat(ARun.with(host, "security").out()).contains("--network none");
    assertThat(ARun.with(host, "security").err())
        .hasLineCount(1)
        .startsWith("sandbox.security.network is ignored");
  }

  @Test
  void mavenOverwritesNothingEither() {
    StringWriter text = new StringWriter();
    PrintWriter err = new PrintWriter(text, true);
    Settings maven = new Settings(Map.of("sandbox.force", "true"), Map.of(), Map.of());

    assertThatThrownBy(
        () ->
            MavenBuild.run(
                new OpenCodeSandbox(err, err), maven, "to=oci:/dev/null/x", "force=true"));
    assertThat(text.toString()).containsOnlyOnce("sandbox.force is ignored because --force");
  }

  @Test
  void helpSaysSo() {
    assertThat(ARun.of("--help").out()).contains("count on the command line only");
  }

  private static boolean isCommandLineOnly(OptionSpec option) {
    return option.userObject() instanceof AnnotatedElement element
        && element.isAnnotationPresent(CommandLineOnly.class);
  }

  /** All of them, those of other commands by both names. */
  private static Map<String, CommandLine> commands() {
    Map<String, CommandLine> all = new TreeMap<>();
    OpenCodeSandbox.ofProcess()
        .commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              all.put(name, command);
              command
                  .getSubcommands()
                  .forEach(
                      (inner, each) -> all.put(name + " " + inner, Objects.requireNonNull(each)));
            });
    return all;
  }
}
