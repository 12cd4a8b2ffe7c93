package ai.opencode.sandbox;

import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.stability.Api;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The image definitions of this product. Compose your own from them with {@code with…} or {@link
 * ImageDefinition#from}.
 */
@Api
public final class SandboxImages {

  private static final SandboxUser USER = SandboxUser.OPENCODE;
  private static final String START = "/usr/local/lib/opencode-sandbox/start";
  private static final String MANAGED = "/etc/opencode/opencode.json";

  /** The program that {@link #START} starts in a container that can only reach the host's proxy. */
  private static final String RELAY = "/usr/local/lib/opencode-sandbox/relay.cjs";

  private static final String GLOBAL_MODULES = "/usr/local/lib/opencode-sandbox/global-modules.cjs";

  /**
   * The directory in which the user installs global npm packages; its {@code bin} is on PATH.
   * {@link #START} makes links to the image's own global packages in it.
   */
  private static final String NPM_PREFIX = USER.home() + "/.local";

  private SandboxImages() {}

  /**
   * Returns {@code opencode-sandbox-base}: Alpine with Node.js, git, curl, wget, vim, nano, bash
   * and the user {@code opencode}.
   */
  public static ImageDefinition base() {
    ImageDefinition image =
        ImageDefinition.onBase(
                "opencode-sandbox-base",
                USER,
                new ContainerSettings(
                    environment(),
                    "/workspace",
                    List.of("/sbin/tini", "--", START),
                    List.of("bash")))
            .withDescription(
                "Minimal sandbox in which OpenCode agents run tasks: Node.js, git and an editor")
            .withPackages(
                "bash",
                "ca-certificates",
                "curl",
                "git",
                "nano",
                "nodejs>=20",
                "npm",
                "tini",
                "vim",
                "wget")
            .withFile(new StaticFile("/etc/gitconfig", 0644, resource("base/etc/gitconfig")))
            .withFile(new StaticFile(START, 0755, resource("base" + START)))
            .withFile(new StaticFile(RELAY, 0644, resource("base" + RELAY)));
    for (WritablePath path : WritablePath.of(USER)) {
      image = path.directory().map(image::withDirectory).orElse(image);
    }
    return image;
  }

  /**
   * Returns {@code opencode-sandbox-developer}: the base with compilers, Python, jq, TypeScript and
   * the Anthropic and MCP SDKs.
   */
  public static ImageDefinition developer() {
    return ImageDefinition.from(base(), "opencode-sandbox-developer")
        .withDescription(
            "Development sandbox for OpenCode agents: compilers, Python, TypeScript and the Anthropic and MCP SDKs")
        .withPackages("build-base", "jq", "nodejs-dev", "python3")
        .withNpm(new NpmProject(resource("sdk/package.json"), resource("sdk/package-lock.json")))
        .withEnvironment("NODE_PATH", NPM_PREFIX + "/lib/node_modules:/usr/local/lib/node_modules")
        // Node.js uses NODE_PATH for require() only; this file resolves import statements.
        .withFile(new StaticFile(GLOBAL_MODULES, 0644, resource("developer" + GLOBAL_MODULES)))
        .withEnvironment("NODE_OPTIONS", "--require=" + GLOBAL_MODULES)
        // node-gyp compiles against these headers instead of downloading its own.
        .withEnvironment("npm_package_config_node_gyp_nodedir", "/usr");
  }

  /**
   * Returns {@code opencode-sandbox-agent}: the developer image with OpenCode and the tools that
   * OpenCode calls. OpenCode's programs for other processors and C libraries are left out.
   */
  public static ImageDefinition agent() {
    return ImageDefinition.from(developer(), "opencode-sandbox-agent")
        .withDescription("Sandbox with OpenCode, and the development tools that it calls")
        .withPackages("fd", "openssh-client", "py3-pip", "ripgrep")
        .withNpm(
            new NpmProject(resource("agent/package.json"), resource("agent/package-lock.json")))
        // These settings take precedence over those of the user and of the workspace.
        .withFile(new StaticFile(MANAGED, 0644, resource("agent" + MANAGED)))
        // The system's Python packages are read-only; pip installs into the home.
        .withEnvironment("PIP_BREAK_SYSTEM_PACKAGES", "1")
        .withEnvironment("PIP_DISABLE_PIP_VERSION_CHECK", "1");
  }

  /** Returns the images that are built if none is named, parents first. */
  public static List<ImageDefinition> all() {
    return List.of(base(), developer());
  }

  /** Returns the images that are built only if they are named. */
  public static List<ImageDefinition> onRequest() {
    return List.of(agent());
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("HOME", USER.home());
    environment.put(
        "PATH",
        USER.home() + "/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LANG", "C.UTF-8");
    environment.put("NPM_CONFIG_PREFIX", NPM_PREFIX);
    environment.put("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    environment.put("NPM_CONFIG_CACHE", USER.home() + "/.cache/npm");
    return environment;
  }

  private static String resource(String name) {
    try (InputStream in = SandboxImages.class.getResourceAsStream("layers/" + name)) {
      if (in == null) {
        throw new FileNotFoundException("layers/" + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
