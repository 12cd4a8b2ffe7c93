package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.oci.ImageConfig;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks how containers of the image start: user, first process and directory, without other
 * settings.
 */
final class SettingsCheck implements Check {

  static final List<String> ENTRYPOINT = List.of("/sbin/tini", "--", OwnFiles.START);
  private static final List<String> COMMAND = List.of("bash");

  /** Settings that make an engine run a command at other times than a container's start. */
  private static final Set<String> REFUSED = Set.of("Healthcheck", "OnBuild", "Shell");

  /** The names of settings. Engines accept them in any case, and use the last of several. */
  private static final Set<String> NAMES =
      Set.of(
          "ArgsEscaped",
          "Cmd",
          "Entrypoint",
          "Env",
          "ExposedPorts",
          "Healthcheck",
          "Labels",
          "OnBuild",
          "Shell",
          "StopSignal",
          "User",
          "Volumes",
          "WorkingDir");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "command", "without arguments, a shell starts",
        "entrypoint",
            "an init process that reaps zombies runs the start step, which starts every command",
        "git-safe-directory", "git accepts /workspace regardless of its owner, and no other path",
        "settings", "no setting runs a command at other times, and none has two spellings",
        "user", "containers start as 1000:1000, in numbers",
        "volumes", "no volume hides a directory of the image",
        "working-directory", "containers start in /workspace");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (!image.contract().sandbox()) {
      return;
    }
    ImageConfig config = image.config();
    if (!config.user().equals("1000:1000")) {
      flaws.add("user", "User", "it is \"" + config.user() + "\", not \"1000:1000\"");
    }
    if (!config.workingDirectory().equals("/workspace")) {
      flaws.add(
          "working-directory",
          "WorkingDir",
          "it is \"" + config.workingDirectory() + "\", not \"/workspace\"");
    }
    if (!config.entrypoint().equals(ENTRYPOINT)) {
      flaws.add("entrypoint", "Entrypoint", "it is " + config.entrypoint() + ", not " + ENTRYPOINT);
    }
    for (String program : List.of("/sbin/tini", OwnFiles.START)) {
      if (image.program(program).isEmpty()) {
        flaws.add("entrypoint", program, "it does not exist or is not executable");
      }
    }
    if (image.contract().closed() && !config.command().equals(COMMAND)) {
      flaws.add("command", "Cmd", "it is " + config.command() + ", not " + COMMAND);
    } else if (config.command().isEmpty() || image.program(config.command().get(0)).isEmpty()) {
      flaws.add(
          "command", "Cmd", "it is " + config.command() + ", which is not a program in the image");
    }
    for (String volume : config.volumes()) {
      flaws.add("volumes", volume, "every container would get a volume");
    }
    JsonNode json = config.json();
    names(json.path("config"), flaws);
    for (Map.Entry<String, JsonNode> each : json.properties()) {
      if (!each.getKey().equals("config") && each.getKey().equalsIgnoreCase("config")) {
        flaws.add("settings", each.getKey(), "engines may read it as the settings");
      }
    }
    DefinedImage defined = image.contract().definition();
    if (defined == null || !defined.has("etc/gitconfig") || OwnFiles.isGitSettings(defined)) {
      git(image, flaws);
    }
  }

  private static void names(JsonNode config, Flaws flaws) {
    Set<String> plain = new HashSet<>();
    NAMES.forEach(name -> plain.add(name.toLowerCase(Locale.ROOT)));
    for (Map.Entry<String, JsonNode> each : config.properties()) {
      String name = each.getKey();
      if (!name.matches("[A-Za-z]+")) {
        flaws.add("settings", name, "engines have no setting of this name");
      } else if (!NAMES.contains(name) && plain.contains(name.toLowerCase(Locale.ROOT))) {
        flaws.add("settings", name, "engines read it as a setting with another spelling");
      } else if (REFUSED.contains(name) && !each.getValue().isNull() && !isEmpty(each.getValue())) {
        flaws.add("settings", name, "it is set: an engine would use it besides the command");
      }
    }
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isContainerNode() && value.isEmpty();
  }

  private static void git(Examined image, Flaws flaws) {
    List<String> directories =
        image
            .root()
            .text("etc/gitconfig")
            .orElse("")
            .lines()
            .map(String::trim)
            .filter(line -> line.matches("directory\\s*=.*"))
            .map(line -> line.replaceFirst("directory\\s*=\\s*", "").replace("\"", ""))
            .toList();
    if (!directories.equals(List.of("/workspace"))) {
      flaws.add(
          "git-safe-directory",
          "/etc/gitconfig",
          "safe.directory is " + directories + ", not [/workspace]");
    }
  }
}
