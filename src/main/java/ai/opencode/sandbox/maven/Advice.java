package ai.opencode.sandbox.maven;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The translation of the library's messages for users of Maven: it replaces an option by the
 * property of the goal's parameter, and a command by a goal.
 */
final class Advice {

  private static final Pattern COMMAND =
      Pattern.compile("\\bopencode-sandbox (build|verify|publish|lock(?! archive))\\b");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--([a-z]+(?:-[a-z]+)*)\\b");

  /** The options that are parameters of all goals that can give such advice, by their names. */
  static final Set<String> PARAMETERS =
      Set.of(
          "base",
          "base-packages",
          "ca-file",
          "cache",
          "creation-time",
          "file",
          "insecure-registry",
          "key",
          "lock",
          "locked",
          "npm-registry",
          "platform",
          "registry",
          "registry-mirror",
          "repository",
          "strict-scripts",
          "tags",
          "to",
          "upstream");

  private static final Set<String> ON_A_COMMAND_LINE_ONLY =
      Set.of("accept-archive-lock", "allow-downgrade", "allow-outside", "force");

  private Advice() {}

  /** Returns a sentence with properties and goals in place of options and commands. */
  static String inMaven(String sentence) {
    String goals = COMMAND.matcher(sentence).replaceAll("mvn opencode-sandbox:$1");
    return OPTION
        .matcher(goals)
        .replaceAll(match -> Matcher.quoteReplacement(property(match.group(), match.group(1))));
  }

  private static String property(String option, String name) {
    return switch (name) {
      case "offline" -> "-o";
      case "stacktrace" -> "-e";
      case "update" -> "-Dsandbox.lock.update";
      case "image-version" -> "-Dsandbox.version";
      default ->
          PARAMETERS.contains(name)
              ? "-Dsandbox." + name.replace('-', '.')
              : ON_A_COMMAND_LINE_ONLY.contains(name)
                  ? option + " of the program opencode-sandbox"
                  : option;
    };
  }
}
