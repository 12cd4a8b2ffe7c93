package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Renewal;
import ai.opencode.sandbox.apk.solver.Resolution;
import ai.opencode.sandbox.apk.solver.Solver;
import ai.opencode.sandbox.apk.solver.SolverRequest;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.fetch.IndexFetcher;
import ai.opencode.sandbox.network.AddressCredentials;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code resolve}: shows the packages that apk would install, using only the solver.
 */
@Command(
    name = "resolve",
    mixinStandardHelpOptions = true,
    description = "Lists the packages that apk would install, in its order, without fetching them.")
final class ResolveCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "PACKAGE",
      arity = "0..*",
      description = "Dependencies as in /etc/apk/world: git, 'nodejs>=20', '!vim', so:libz.so.1")
  private List<String> packages = new ArrayList<>();

  @Option(
      names = "--repository",
      paramLabel = "PLACE",
      required = true,
      description = {
        "Address or directory without the architecture, or an APKINDEX.tar.gz or its directory;",
        "\"@TAG PLACE\" for a tagged one."
      })
  private List<String> repositories = new ArrayList<>();

  @Option(
      names = "--arch",
      paramLabel = "ARCHITECTURE",
      description = "x86_64, aarch64 and so on. Default: this machine's")
  private @Nullable String architecture;

  @Option(
      names = "--keys",
      paramLabel = "DIRECTORY",
      required = true,
      description = "Public keys that indexes may be signed with.")
  private @Nullable Path keys;

  @Option(
      names = "--installed",
      paramLabel = "FILE",
      description = "A database of installed packages to start from.")
  private @Nullable Path installed;

  @Option(
      names = "--world",
      paramLabel = "FILE",
      description = "Dependencies asked for before, as in /etc/apk/world.")
  private @Nullable Path world;

  @Option(
      names = "--upgrade",
      description = "Prefer newer versions of these packages to installed ones.")
  private boolean upgrade;

  @Option(
      names = "--latest",
      description = {
        "Take the newest version of these packages, and fail",
        "if it does not satisfy the request."
      })
  private boolean latest;

  @Option(
      names = "--why",
      paramLabel = "PACKAGE",
      description = "Show the chain of dependencies that needs a package.")
  private @Nullable String why;

  @Mixin private Connections connections = new Connections();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Resolution resolution = Solver.solve(request());
    if (why != null) {
      List<Resolution.Chosen> chain = resolution.why(why);
      if (chain.isEmpty()) {
        throw new UsageException(
            why + " is not part of the result. Name a package that is with --why.");
      }
      chain.forEach(each -> out.println(reason(each)));
    } else if (json) {
      printJson(resolution, out);
    } else {
      resolution
          .added()
          .forEach(
              chosen ->
                  out.println(
                      chosen.pkg().label()
                          + " from "
                          + Objects.requireNonNull(chosen.repository()).location()));
      resolution.removed().forEach(pkg -> out.println(pkg.label() + " is removed"));
    }
    return 0;
  }

  private SolverRequest request() throws IOException {
    if (packages.isEmpty() && world == null) {
      throw new UsageException("Nothing to resolve. Name packages, or a file with --world.");
    }
    Path directory = Objects.requireNonNull(keys);
    if (!Files.isDirectory(directory)) {
      throw new UsageException(directory + " is not a directory of keys. Name one with --keys.");
    }
    Keyring keyring = Keyring.from(directory);
    String arch = architecture == null ? Platform.host().apkArchitecture() : architecture;
    List<RepositoryLine> lines = new ArrayList<>();
    List<AddressCredentials> credentials = new ArrayList<>();
    for (String text : repositories) {
      RepositoryLine line = RepositoryLine.of(text);
      AddressCredentials.Separated separated = AddressCredentials.separate(line.location().text());
      separated.credentials().ifPresent(credentials::add);
      lines.add(line.at(new RepositoryLocation(separated.address())));
    }
    NetworkSettings network = connections.network().settings();
    IndexFetcher indexes =
        new IndexFetcher(new Download(false, new Network(network.withCredentials(credentials))));
    List<Repository> read = new ArrayList<>();
    for (RepositoryLine line : lines) {
      Path alone = indexAlone(line.location(), arch);
      Repository repository =
          alone == null
              ? indexes.fetch(line.location(), arch, () -> keyring)
              : IndexFetcher.read(alone, line.location(), () -> keyring);
      read.add(new Repository(line.location(), line.tag(), repository.packages()));
    }
    List<Dependency> wanted = new ArrayList<>();
    if (world != null) {
      wanted.addAll(World.parse(Files.readString(world)).requests());
    }
    List<Dependency> named = packages.stream().map(Dependency::of).toList();
    Set<String> asked = named.stream().map(Dependency::name).collect(Collectors.toSet());
    wanted.addAll(named);
    Set<String> all = wanted.stream().map(Dependency::name).collect(Collectors.toSet());
    return new SolverRequest(
        read, wanted, asked, installed(), List.of(), asked.isEmpty() ? all : asked, renewal());
  }

  /** Returns what happens to the packages named now, or to all if none is named, as apk does. */
  private Renewal renewal() {
    return latest ? Renewal.LATEST : upgrade ? Renewal.UPGRADE : Renewal.NONE;
  }

  /**
   * Returns the index that a path names, as a file or by its directory, or null if the path is a
   * whole repository. An index is enough, because no package is fetched.
   */
  private static @Nullable Path indexAlone(RepositoryLocation place, String arch) {
    if (place.isAddress()) {
      return null;
    }
    Path path = Path.of(place.text());
    if (Files.isRegularFile(path)) {
      return path;
    }
    Path index = path.resolve("APKINDEX.tar.gz");
    return Files.isRegularFile(index) && !Files.isDirectory(path.resolve(arch)) ? index : null;
  }

  private List<ApkPackage> installed() throws IOException {
    if (installed == null) {
      return List.of();
    }
    try (InputStream in = Files.newInputStream(installed)) {
      return InstalledDatabase.parse(in, installed.toString()).packages().stream()
          .map(InstalledPackage::pkg)
          .toList();
    }
  }

  private static String reason(Resolution.Chosen chosen) {
    Constraint reason = chosen.reason();
    return chosen.pkg().label() + ", required by " + (reason == null ? "world" : reason);
  }

  private static void printJson(Resolution resolution, PrintWriter out) throws IOException {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Resolution.Chosen chosen : resolution.added()) {
      ApkPackage pkg = chosen.pkg();
      array
          .addObject()
          .put("name", pkg.name())
          .put("version", pkg.version().toString())
          .put("repository", Objects.requireNonNull(chosen.repository()).location().text())
          .put("size", pkg.size())
          .put("installedSize", pkg.installedSize())
          .put("checksum", pkg.checksum().toString());
    }
    out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(array));
  }
}
