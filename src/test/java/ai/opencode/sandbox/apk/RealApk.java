package ai.opencode.sandbox.apk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.RealRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real apk in a root of its own, used as an oracle. */
public final class RealApk implements AutoCloseable {

  /**
   * A request to the real apk.
   *
   * @param changed {@code name-version} of what it would install or exchange, in order
   * @param removed names of what it would remove
   * @param errors 0, or how many faults it counted
   */
  public record Answer(List<String> changed, List<String> removed, int errors, String output) {}

  private static final Pattern ACTION =
      Pattern.compile(
          "\\( *\\d+/\\d+\\) (Installing|Upgrading|Downgrading|Replacing|Purging|Reinstalling)"
              + " ([^@ ]+)(?:@\\S+)? \\((?:\\S+ -> )?([^\\s)]+)\\).*");

  private final Path root;

  private RealApk(Path root) {
    this.root = root;
  }

  /**
   * Unpacks the real root; skips the test if the root or the permission to change roots is missing.
   */
  public static RealApk prepare() throws Exception {
    return prepare(RealRoot.archive(), "apk-tools 2");
  }

  /** The same for a root with apk 3. */
  public static RealApk prepareApk3() throws Exception {
    return prepare(RealRoot.archiveWithApk3(), "apk-tools 3");
  }

  private static RealApk prepare(Path archive, String version) throws Exception {
    Path root = Files.createTempDirectory("real-apk");
    RealRoot.unpack(archive, root);
    RealApk apk = new RealApk(root);
    assumeTrue(apk.run("apk --version").startsWith(version), "skipped: no changing of roots");
    return apk;
  }

  /** Returns the path on this machine of a path in that root. */
  public Path path(String inside) {
    return root.resolve(inside);
  }

  /** Creates a root that contains only the packages that are installed in it. */
  public void system(String name, String installed, String world) throws IOException {
    Path system = path(name);
    Files.createDirectories(system.resolve("lib/apk/db"));
    Files.createDirectories(system.resolve("etc/apk"));
    Files.writeString(system.resolve("lib/apk/db/installed"), installed);
    Files.writeString(system.resolve("lib/apk/db/triggers"), "");
    Files.writeString(system.resolve("etc/apk/world"), world);
  }

  public Answer add(String system, String architecture, List<String> options, List<String> request)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "apk",
                "add",
                "--arch",
                architecture,
                "--root",
                "/" + system,
                "--repositories-file",
                "/" + system + "/etc/apk/repositories",
                "--keys-dir",
                "/keys",
                "--no-network",
                "--no-cache",
                "--simulate"));
    command.addAll(options);
    command.addAll(request);
    String output = run(command.toArray(String[]::new));
    List<String> changed = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    int errors = 0;
    for (String line : output.split("\n", -1)) {
      Matcher action = ACTION.matcher(line);
      if (action.matches()) {
        if (action.group(1).equals("Purging")) {
          removed.add(action.group(2));
        } else {
          changed.add(action.group(2) + "-" + action.group(3));
        }
      } else if (line.startsWith("exit ")) {
        errors = Integer.parseInt(line.substring(5));
      }
    }
    return new Answer(List.copyOf(changed), List.copyOf(removed), errors, output);
  }

  /** Returns the output of the check of a package's file by the keys in a directory. */
  public String verify(String keys, String file) throws IOException {
    return run("apk", "verify", "--keys-dir", keys, file);
  }

  private String run(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("chroot", root.toString()));
    if (command.length == 1) {
      all.addAll(List.of(command[0].split(" ", -1)));
    } else {
      all.addAll(List.of(command));
    }
    return run(all);
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    try {
      int code = process.waitFor();
      return code == 0 ? output : output + "exit " + code + "\n";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    run(List.of("rm", "-rf", "--one-file-system", root.toString()));
  }
}
