package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that the environment of the image's containers is complete, and that no variable makes
 * programs run other files first.
 */
final class EnvironmentCheck implements Check {

  private static final String CACHE = "NPM_CONFIG_CACHE";
  private static final SortedMap<String, String> WANTED =
      new TreeMap<>(
          Map.of(
              "HOME", "/home/opencode",
              "LANG", "C.UTF-8",
              "NPM_CONFIG_PREFIX", "/home/opencode/.local",
              "NPM_CONFIG_UPDATE_NOTIFIER", "false"));

  /** Variables that make every program of some kind run, load or apply other content first. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "LD_.*|BASH_.*|ENV|PROMPT_COMMAND|PS[0-4]|SHELLOPTS|BASHOPTS|IFS|CDPATH"
              + "|GIT_(CONFIG.*|EXEC_PATH|SSH.*|ASKPASS|PROXY_COMMAND|EXTERNAL_DIFF|TEMPLATE_DIR"
              + "|DIR|WORK_TREE|ALTERNATE_OBJECT_DIRECTORIES)"
              + "|PYTHON(STARTUP|PATH|HOME|USERBASE|PLATLIBDIR|INSPECT|BREAKPOINT)"
              + "|PERL5?(OPT|LIB|DB)|RUBY(OPT|LIB)"
              + "|GCC_EXEC_PREFIX|COMPILER_PATH|GCONV_PATH|LOCPATH|MAKEFILES"
              + "|OPENSSL_(CONF|ENGINES|MODULES)|LESSOPEN|LESSCLOSE|VIMINIT|EXINIT|CURL_HOME"
              + "|SYSTEM_WGETRC|WGETRC|INPUTRC"
              + "|NPM_CONFIG_(SCRIPT_SHELL|SHELL|NODE_OPTIONS|GLOBALCONFIG|USERCONFIG|GIT)");

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * Options that make Node.js run a file before a program, and the one file that the product itself
   * preloads.
   */
  private static final Pattern PRELOAD =
      Pattern.compile(
          "(?:^|[\\s\"'])(?:--require|-r|--import|--loader|--experimental-loader|--env-file\\S*"
              + "|--experimental-config-file|--experimental-default-config-file"
              + "|--openssl-config)(?:[=\\s]+|$)(\\S*)");

  private static final String PRELOADED = "/usr/local/lib/opencode-sandbox/global-modules.cjs";

  /** The variables that a build sets if it bundles certificate authorities of the image. */
  private static final SortedMap<String, String> OWN_AUTHORITIES =
      new TreeMap<>(
          Map.of(
              "NODE_EXTRA_CA_CERTS", "/" + TrustedBundle.PATH,
              "REQUESTS_CA_BUNDLE", "/" + TrustedBundle.PATH,
              "SSL_CERT_FILE", "/" + TrustedBundle.PATH));

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "environment",
        "the environment is complete, and no variable makes programs run other files first");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (!image.contract().sandbox()) {
      return;
    }
    Map<String, String> actual = image.environment();
    SortedMap<String, String> wanted = new TreeMap<>(WANTED);
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
    lines(image, wanted, flaws);
    List<String> path = image.searchPath();
    for (String place :
        List.of("/home/opencode/.local/bin", "/usr/local/bin", "/usr/bin", "/bin", "/sbin")) {
      if (!path.contains(place)) {
        flaws.add("environment", "PATH", place + " is not in it");
      }
    }
    String cache = actual.getOrDefault(CACHE, "");
    if (!cache.startsWith("/home/opencode/") || cache.matches(".*/\\.\\.?(/.*|$)")) {
      flaws.add("environment", CACHE, "it is \"" + cache + "\", not a path in the home directory");
    }
    DefinedImage defined = image.contract().definition();
    if (defined == null || !defined.start().environment().containsKey("NODE_OPTIONS")) {
      preload(image, actual, flaws);
    }
    headers(image, actual, flaws);
  }

  private static void lines(Examined image, SortedMap<String, String> wanted, Flaws flaws) {
    Set<String> expected = new HashSet<>(wanted.keySet());
    expected.addAll(List.of("PATH", CACHE));
    if (TrustedBundle.hasOwnAuthorities(image)) {
      Map<String, String> actual = image.environment();
      OWN_AUTHORITIES.forEach(
          (name, value) -> {
            if (value.equals(actual.get(name))) {
              expected.add(name);
            }
          });
    }
    Set<String> seen = new HashSet<>();
    for (String line : image.config().environment()) {
      int equals = line.indexOf('=');
      String name = equals < 0 ? line : line.substring(0, equals);
      if (equals < 0 || !NAME.matcher(name).matches()) {
        flaws.add(
            "environment", name, "\"" + line + "\" does not set a variable with a plain name");
      } else if (!seen.add(name)) {
        flaws.add(
            "environment", name, "it is set twice, and programs differ in which value they use");
      } else if (!expected.contains(name) && isRefused(name)) {
        flaws.add("environment", name, "it is set: programs would run other files first");
      } else if (!expected.contains(name) && image.contract().closed()) {
        flaws.add("environment", name, "it is set, and the contract has no such variable");
      }
    }
  }

  /**
   * Returns whether a variable is refused. npm ignores the case of its variables, so other
   * spellings of required ones are refused, too.
   */
  static boolean isRefused(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return REFUSED.matcher(name).matches()
        || (upper.startsWith("NPM_CONFIG_")
            && (REFUSED.matcher(upper).matches() || WANTED.containsKey(upper)));
  }

  private static void preload(Examined image, Map<String, String> actual, Flaws flaws) {
    Matcher preload = PRELOAD.matcher(actual.getOrDefault("NODE_OPTIONS", ""));
    while (preload.find()) {
      if (!preload.group(1).equals(PRELOADED)) {
        flaws.add(
            "environment",
            "NODE_OPTIONS",
            "Node.js would run \"" + preload.group(1) + "\" before every program");
      } else if (image.root().follow(PRELOADED).filter(RootEntry::isFile).isEmpty()) {
        flaws.add("environment", "NODE_OPTIONS", "there is no " + PRELOADED);
      }
    }
  }

  private static void headers(Examined image, Map<String, String> actual, Flaws flaws) {
    String nodeHeaders = actual.get("npm_package_config_node_gyp_nodedir");
    if (nodeHeaders != null
        && image.root().follow(nodeHeaders + "/include/node/node.h").isEmpty()) {
      flaws.add(
          "environment",
          "npm_package_config_node_gyp_nodedir",
          "there is no " + nodeHeaders + "/include/node/node.h");
    }
  }
}
