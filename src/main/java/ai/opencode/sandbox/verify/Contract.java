package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an image promises. Written down here once more, in the words of the product's contract and
 * not taken from the definitions that images are built from: what a definition forgets must be
 * found.
 *
 * @param sandbox whether it promises the sandbox's user, directories, settings and labels
 * @param closed whether every file in it must be accounted for, not only those among the packages'
 * @param title the label {@code org.opencontainers.image.title}; null where any will do
 * @param environment beyond what every sandbox has
 * @param budget of an image made from official packages; stand-ins have none
 */
@Api
public record Contract(
    String name,
    boolean sandbox,
    boolean closed,
    @Nullable String title,
    Contents contents,
    Map<String, String> environment,
    Budget budget) {

  /**
   * The things that an image must have.
   *
   * @param packages that were asked for, by name
   * @param programs that a shell finds
   * @param npmPackages that are installed globally
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
   * The most bytes that an image may have.
   *
   * @param compressed that a pull transfers
   * @param unpacked in its layers
   */
  public record Budget(long compressed, long unpacked) {
    static final Budget NONE = new Budget(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  private static final long MEGABYTE = 1_000_000;

  /** Nothing but that the image is whole: for base images and for other people's. */
  public static final Contract ANY =
      new Contract("any", false, false, null, Contents.NONE, Map.of(), Budget.NONE);

  /** What every sandbox promises, whatever else it brings: for images composed by users. */
  public static final Contract SANDBOX =
      new Contract(
          "sandbox",
          true,
          false,
          null,
          new Contents(set("tini"), set("bash", "sh"), set()),
          Map.of(),
          Budget.NONE);

  /** {@code opencode-sandbox-base}. */
  public static final Contract BASE =
      new Contract(
          "base",
          true,
          true,
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

  /** {@code opencode-sandbox-developer}. */
  public static final Contract DEVELOPER =
      new Contract(
          "developer",
          true,
          true,
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
              "/usr/local/lib/node_modules",
              "npm_package_config_node_gyp_nodedir",
              "/usr"),
          new Budget(300 * MEGABYTE, Long.MAX_VALUE));

  private static final List<Contract> ALL = List.of(ANY, SANDBOX, BASE, DEVELOPER);

  public Contract {
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /**
   * @throws UsageException where there is none of that name
   */
  public static Contract of(String name) {
    return ALL.stream()
        .filter(contract -> contract.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "There is no contract \"" + name + "\"; use base, developer, sandbox or any"));
  }

  /**
   * The contract that an image of this name must keep. What its place calls it counts before what
   * it calls itself; an image that calls itself nothing is held against the sandbox's.
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
}
