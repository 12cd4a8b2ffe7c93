package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SettingsTest {

  private static final Map<String, String> NONE = Map.of();

  @Test
  void propertiesPrecedeVariablesAndLongNamesPrecedeShort() {
    Map<String, String> fallback = Map.of("sandbox.to", "fallback");
    Map<String, String> shortVariable = Map.of("SANDBOX_TO", "short variable");
    Map<String, String> variables =
        Map.of("SANDBOX_TO", "short variable", "SANDBOX_BUILD_TO", "long variable");
    Map<String, String> shortProperty = Map.of("sandbox.to", "short property");
    Map<String, String> properties =
        Map.of("sandbox.to", "short property", "sandbox.build.to", "long property");

    assertThat(to(NONE, NONE, NONE)).isNull();
    assertThat(to(NONE, NONE, fallback)).isEqualTo("fallback");
    assertThat(to(NONE, shortVariable, fallback)).isEqualTo("short variable");
    assertThat(to(NONE, variables, fallback)).isEqualTo("long variable");
    assertThat(to(shortProperty, variables, fallback)).isEqualTo("short property");
    assertThat(to(properties, variables, fallback)).isEqualTo("long property");
  }

  @Test
  void theCommandLinePrecedesAll() {
    Settings settings = new Settings(Map.of("sandbox.to", "oci:/dev/null/b"), NONE, NONE);

    assertThat(ARun.with(settings, "build", "--to", "oci:/dev/null/a").err())
        .contains("/dev/null/a")
        .doesNotContain("/dev/null/b");
    assertThat(ARun.with(settings, "build").err()).contains("/dev/null/b");
  }

  @Test
  void expandsNoVariableInASetting() {
    String to = "oci:/dev/null/${sys:java.version}$${env:PATH}$$$${sys:java.home}$x$";

    for (Settings settings :
        List.of(
            new Settings(Map.of("sandbox.build.to", to), NONE, NONE),
            new Settings(NONE, Map.of("SANDBOX_TO", to), NONE),
            new Settings(NONE, NONE, Map.of("sandbox.to", to)))) {
      assertThat(ARun.with(settings, "build").err()).contains(to.substring(4));
    }
  }

  @Test
  void anEmptyValueIsNone() {
    assertThat(to(Map.of("sandbox.to", ""), Map.of("SANDBOX_TO", ""), NONE)).isNull();
  }

  @Test
  void aFlagIsOnWhereItsPropertyHasNoValue() {
    Settings settings = new Settings(Map.of("sandbox.offline", ""), NONE, NONE);

    assertThat(value(settings, "build", "--offline")).isEqualTo("true");
  }

  @Test
  void hyphensAreDotsAndUnderscores() {
    Settings property = new Settings(Map.of("sandbox.npm.registry", "a"), NONE, NONE);
    Settings variable = new Settings(NONE, Map.of("SANDBOX_BUILD_NPM_REGISTRY", "b"), NONE);

    assertThat(value(property, "build", "--npm-registry")).isEqualTo("a");
    assertThat(value(variable, "build", "--npm-registry")).isEqualTo("b");
  }

  @Test
  void imageVersionHasTheShortNameVersion() {
    Settings settings = new Settings(Map.of("sandbox.version", "1.2.0"), NONE, NONE);

    assertThat(value(settings, "build", "--image-version")).isEqualTo("1.2.0");
  }

  @Test
  void shortNamesBelongToBuildAlone() {
    Settings settings =
        new Settings(Map.of("sandbox.json", "file"), NONE, Map.of("sandbox.resolve.arch", "x"));

    assertThat(value(settings, "build", "--json")).isEqualTo("file");
    assertThat(value(settings, "resolve", "--json")).isNull();
    assertThat(value(settings, "resolve", "--arch")).isEqualTo("x");
  }

  @Test
  void everyOptionHasADescription() {
    for (CommandLine command : commands().getSubcommands().values()) {
      assertThat(command.getCommandSpec().options())
          .filteredOn(option -> !option.hidden())
          .allSatisfy(option -> assertThat(option.description()).isNotEmpty());
    }
  }

  private static @Nullable String to(
      Map<String, String> properties, Map<String, String> environment, Map<String, String> last) {
    return value(new Settings(properties, environment, last), "build", "--to");
  }

  private static @Nullable String value(Settings settings, String command, String option) {
    CommandLine named = Objects.requireNonNull(commands().getSubcommands().get(command), command);
    return settings.defaultValue(named.getCommandSpec().findOption(option));
  }

  private static CommandLine commands() {
    return OpenCodeSandbox.ofProcess().commandLine();
  }
}
