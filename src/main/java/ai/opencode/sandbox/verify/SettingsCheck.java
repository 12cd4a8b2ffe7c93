package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.verify.content.Flaws;
import ai.opencode.sandbox.verify.content.RootEntry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Containers of the image start as they should: user, first process, folder, environment. */
final class SettingsCheck implements Check {

  private static final List<String> ENTRYPOINT = List.of("/sbin/tini", "--");
  private static final SortedMap<String, String> ENVIRONMENT =
      new TreeMap<>(
          Map.of(
              "HOME", "/home/opencode",
              "LANG", "C.UTF-8",
              "NPM_CONFIG_PREFIX", "/usr/local",
              "NPM_CONFIG_UPDATE_NOTIFIER", "false"));

  /** Each makes every program, or every shell, run something else first. */
  private static final Set<String> REFUSED =
      Set.of("BASH_ENV", "ENV", "LD_AUDIT", "LD_LIBRARY_PATH", "LD_PRELOAD", "PROMPT_COMMAND");

  private static final Pattern REQUIRE = Pattern.compile("--require[= ](\\S+)");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "command", "without arguments, a shell starts",
        "entrypoint", "an init that reaps zombies stands in front of every command",
        "environment", "the environment is complete, and what it names is there",
        "git-safe-directory", "git accepts /workspace, whoever owns it, and no other path",
        "user", "containers start as 1000:1000, in numbers",
        "volumes", "no volume hides a folder of the image",
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
    if (image.program("/sbin/tini").isEmpty()) {
      flaws.add("entrypoint", "/sbin/tini", "it is not there, or nobody may run it");
    }
    if (config.command().isEmpty() || image.program(config.command().get(0)).isEmpty()) {
      flaws.add("command", "Cmd", "it is " + config.command() + ", which is no program here");
    }
    for (String volume : config.volumes()) {
      flaws.add("volumes", volume, "a volume would be made for every container");
    }
    environment(image, flaws);
    git(image, flaws);
  }

  private static void environment(Examined image, Flaws flaws) {
    Map<String, String> actual = image.environment();
    SortedMap<String, String> wanted = new TreeMap<>(ENVIRONMENT);
    wanted.putAll(image.contract().environment());
    wanted.forEach(
        (name, value) -> {
          String there = actual.get(name);
          if (!value.equals(there)) {
            flaws.add(
                "environment",
                name,
                (there == null ? "it is not set" : "it is \"" + there + "\"")
                    + ", not \""
                    + value
                    + "\"");
          }
        });
    for (String name : new TreeMap<>(actual).keySet()) {
      if (REFUSED.contains(name)) {
        flaws.add("environment", name, "it is set: every program would run something else first");
      }
    }
    List<String> path = image.searchPath();
    for (String folder :
        List.of("/home/opencode/.local/bin", "/usr/local/bin", "/usr/bin", "/bin", "/sbin")) {
      if (!path.contains(folder)) {
        flaws.add("environment", "PATH", folder + " is not in it");
      }
    }
    String cache = actual.getOrDefault("NPM_CONFIG_CACHE", "");
    if (!cache.startsWith("/home/opencode/")) {
      flaws.add("environment", "NPM_CONFIG_CACHE", "it is \"" + cache + "\", not below the home");
    }
    Matcher required = REQUIRE.matcher(actual.getOrDefault("NODE_OPTIONS", ""));
    while (required.find()) {
      if (image.root().follow(required.group(1)).filter(RootEntry::isFile).isEmpty()) {
        flaws.add("environment", "NODE_OPTIONS", "there is no " + required.group(1));
      }
    }
    String nodeHeaders = actual.get("npm_package_config_node_gyp_nodedir");
    if (nodeHeaders != null
        && image.root().follow(nodeHeaders + "/include/node/node.h").isEmpty()) {
      flaws.add(
          "environment",
          "npm_package_config_node_gyp_nodedir",
          "there is no " + nodeHeaders + "/include/node/node.h");
    }
  }

  private static void git(Examined image, Flaws flaws) {
    List<String> folders =
        image
            .root()
            .text("etc/gitconfig")
            .orElse("")
            .lines()
            .map(String::trim)
            .filter(line -> line.matches("directory\\s*=.*"))
            .map(line -> line.replaceFirst("directory\\s*=\\s*", "").replace("\"", ""))
            .toList();
    if (!folders.equals(List.of("/workspace"))) {
      flaws.add(
          "git-safe-directory",
          "/etc/gitconfig",
          "safe.directory is " + folders + ", not [/workspace]");
    }
  }
}
