package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The promises of an image. They repeat the product's contract instead of using the definitions
 * that images are built from, so that an omission in a definition is found.
 *
 * @param strictness how much the image promises
 * @param title the label {@code org.opencontainers.image.title}; null if any is allowed
 * @param environment the environment variables beyond those of every sandbox
 * @param budget the maximum sizes of an image made from official packages; images of stand-in
 *     packages have none
 * @param definition the promises of an image of one's own; null for other images
 */
@Api
public record Contract(
    String name,
    Strictness strictness,
    @Nullable String title,
    Contents contents,
    Map<String, String> environment,
    Budget budget,
    @Nullable DefinedImage definition) {

  /** How much an image promises; each promises what the one before it does. */
  public enum Strictness {
    /** Integrity, and what a definition promises. */
    ANY_IMAGE,
    /** The user, directories, settings and labels of this product's sandboxes. */
    SANDBOX,
    /** That every file is accounted for, not only those in the packages' directories. */
    PRODUCT
  }

  /**
   * The packages and programs that the image must contain.
   *
   * @param packages the requested packages, by name
   * @param programs the commands that a shell must find
   * @param npmPackages the npm packages that are installed globally
   */
  public record Contents(
      SortedSet<String> packages, SortedSet<String> programs, SortedSet<String> npmPackages) {

    static final Contents NONE = new Contents(set(), set(), set());

    public Contents {
      packages = Collections.unmodifiableSortedSet(packages);
      programs = Collections.unmodifiableSortedSet(programs);
      npmPackages = Collections.unmodifiableSortedSet(npmPackages);
    }
  }

  /**
   * The maximum size of the image in bytes.
   *
   * @param compressed the bytes that a pull transfers
   * @param unpacked the uncompressed size of the layers
   */
  public record Budget(long compressed, long unpacked) {
    static final Budget NONE = new Budget(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  private static final long MEGABYTE = 1_000_000;

  /** Only the integrity of the image; for base images and images of other people. */
  public static final Contract ANY =
      new Contract("any", Strictness.ANY_IMAGE, null, Contents.NONE, Map.of(), Budget.NONE);

  /** The promises of every sandbox; for images composed by users. */
  public static final Contract SANDBOX =
      new Contract(
          "sandbox",
          Strictness.SANDBOX,
          null,
          new Contents(set("tini"), set("bash", "sh"), set()),
          Map.of(),
          Budget.NONE);

  /** The promises of {@code opencode-sandbox-base}. */
  public static final Contract BASE =
      new Contract(
          "base",
          Strictness.PRODUCT,
          "opencode-sandbox-base",
          new Contents(
              set(
                  "bash",
                  "ca-certificates",
                  "curl",
                  "git",
                  "nano",
                  "nodejs",
                  "npm",
                  "tini",
                  "vim",
                  "wget"),
              set(
                  "bash", "curl", "env", "git", "nano", "node", "npm", "npx", "sh", "vi", "vim",
                  "wget"),
              set()),
          Map.of(),
          new Budget(200 * MEGABYTE, 200 * MEGABYTE));

  /** The promises of {@code opencode-sandbox-developer}. */
  public static final Contract DEVELOPER =
      new Contract(
          "developer",
          Strictness.PRODUCT,
          "opencode-sandbox-developer",
          new Contents(
              with(BASE.contents.packages, "build-base", "jq", "nodejs-dev", "python3"),
              with(
                  BASE.contents.programs,
                  "cc",
                  "c++",
                  "g++",
                  "gcc",
                  "jq",
                  "ld",
                  "make",
                  "python3",
                  "tsc",
                  "tsx"),
              set("@anthropic-ai/sdk", "@modelcontextprotocol/sdk", "tsx", "typescript")),
          Map.of(
              "NODE_OPTIONS",
              "--require=/usr/local/lib/opencode-sandbox/global-modules.cjs",
              "NODE_PATH",
              "/home/opencode/.local/lib/node_modules:/usr/local/lib/node_modules",
              "npm_package_config_node_gyp_nodedir",
              "/usr"),
          new Budget(300 * MEGABYTE, Long.MAX_VALUE));

  /** The promises of {@code opencode-sandbox-agent}. */
  public static final Contract AGENT =
      new Contract(
          "agent",
          Strictness.PRODUCT,
          "opencode-sandbox-agent",
          new Contents(
              with(DEVELOPER.contents.packages, "fd", "openssh-client", "py3-pip", "ripgrep"),
              with(
                  DEVELOPER.contents.programs,
                  "fd",
                  "opencode",
                  "pip",
                  "pip3",
                  "rg",
                  "scp",
                  "ssh",
                  "ssh-keygen"),
              with(DEVELOPER.contents.npmPackages, "opencode-ai")),
          with(
              DEVELOPER.environment,
              Map.of("PIP_BREAK_SYSTEM_PACKAGES", "1", "PIP_DISABLE_PIP_VERSION_CHECK", "1")),
          new Budget(300 * MEGABYTE, Long.MAX_VALUE));

  private static final List<Contract> ALL = List.of(ANY, SANDBOX, BASE, DEVELOPER, AGENT);

  /** Creates a contract for images without a definition. */
  public Contract(
      String name,
      Strictness strictness,
      @Nullable String title,
      Contents contents,
      Map<String, String> environment,
      Budget budget) {
    this(name, strictness, title, contents, environment, budget, null);
  }

  /** Returns whether the image promises what every sandbox does. */
  boolean sandbox() {
    return strictness.compareTo(Strictness.SANDBOX) >= 0;
  }

  /** Returns whether every file in the image must be accounted for. */
  boolean closed() {
    return strictness == Strictness.PRODUCT;
  }

  public Contract {
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /**
   * Returns the contract with a name.
   *
   * @throws UsageException if there is none
   */
  public static Contract of(String name) {
    return ALL.stream()
        .filter(contract -> contract.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "There is no contract \""
                        + name
                        + "\". Use base, developer, agent, sandbox or any."));
  }

  /** Returns whether this program has a contract of a name, besides those of definitions. */
  static boolean isNamed(String name) {
    return ALL.stream().anyMatch(contract -> contract.name.equals(name));
  }

  /**
   * Returns the contract that follows from a definition. If the definition keeps the user, the
   * start step and the workspace of this product's sandboxes, the promises of every sandbox are
   * part of it.
   */
  public static Contract of(DefinedImage definition) {
    return new Contract(
        definition.name(),
        definition.isSandbox() ? Strictness.SANDBOX : Strictness.ANY_IMAGE,
        null,
        definition.isSandbox() ? SANDBOX.contents : Contents.NONE,
        definition.isSandbox() ? definition.start().environment() : Map.of(),
        Budget.NONE,
        definition);
  }

  /**
   * Returns the contract for an image, like {@link #forImage(String, String)}, with contracts of
   * one's own images before those of this product.
   */
  static Contract forImage(String name, @Nullable String title, Collection<Contract> own) {
    String stored = name.replaceFirst(":.*", "");
    for (Contract each : own) {
      if (each.name.equals(stored) || each.name.equals(title)) {
        return each;
      }
    }
    // The name of an image in a registry is the last word of its repository.
    List<Contract> last =
        own.stream().filter(each -> !stored.isEmpty() && each.name.endsWith("/" + stored)).toList();
    return last.size() == 1 ? last.get(0) : forImage(name, title);
  }

  /**
   * Returns the contract for an image. The name under which it is stored takes precedence over its
   * own title; an image without a title is checked against the sandbox's contract.
   */
  static Contract forImage(String name, @Nullable String title) {
    for (String each : new String[] {name, title == null ? "" : title}) {
      for (Contract contract : ALL) {
        if (each.equals(contract.title)) {
          return contract;
        }
      }
    }
    return SANDBOX;
  }

  private static SortedSet<String> set(String... names) {
    return new TreeSet<>(List.of(names));
  }

  private static SortedSet<String> with(SortedSet<String> some, String... more) {
    SortedSet<String> all = new TreeSet<>(some);
    all.addAll(List.of(more));
    return all;
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(some);
    all.putAll(more);
    return all;
  }
}
