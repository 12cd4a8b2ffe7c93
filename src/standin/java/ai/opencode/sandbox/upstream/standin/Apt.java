package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own apt, used as an ordinary user. It provides the mirror, the proxy and the
 * trusted keys. The installed packages are hidden from it, because they would influence its
 * choices. Its caches, and its package lists if the system has none, are in a directory of this
 * product.
 */
final class Apt {

  private static final Path SYSTEM_LISTS = Path.of("/var/lib/apt/lists");
  private static final Path SYSTEM_CONFIGURATION = Path.of("/etc/apt");
  private static final long MINUTES = 15;

  private final Path directory;
  private final Platform platform;
  private boolean ownLists;

  /**
   * Creates a client of apt.
   *
   * @param directory a directory that only one run uses at a time; it is created if it is missing
   */
  Apt(Path directory, Platform platform) {
    this.directory = directory.toAbsolutePath();
    this.platform = platform;
  }

  /**
   * Returns a value that changes whenever apt may answer differently. It covers names, sizes and
   * times of its configuration and package lists, because running apt itself takes a second.
   */
  static String fingerprint() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(System.getenv().getOrDefault("APT_CONFIG", "")).append('\n');
    for (Path root : List.of(SYSTEM_CONFIGURATION, SYSTEM_LISTS)) {
      if (!Files.isDirectory(root)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(root, 2)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            FileTime modified = Files.getLastModifiedTime(file);
            text.append(file + " " + Files.size(file) + " " + modified.toMillis() + "\n");
          }
        }
      } catch (UncheckedIOException unreadable) {
        text.append(root).append(" is partly unreadable\n");
      }
    }
    return Digest.sha256(text.toString()).hex();
  }

  /**
   * Returns the packages that apt would install for the given names; unknown names are left out.
   *
   * @throws UsageException if the machine has no apt
   */
  Map<String, DebianPackage> show(Collection<String> names) throws IOException {
    if (names.isEmpty()) {
      return Map.of();
    }
    List<String> command = new ArrayList<>(List.of("apt-cache", "show", "--no-all-versions"));
    command.addAll(options());
    command.add("--");
    command.addAll(names);
    Map<String, DebianPackage> found = new HashMap<>();
    for (DebianPackage debian : DebianPackage.parse(ask(command))) {
      found.putIfAbsent(debian.name(), debian);
    }
    return found;
  }

  /**
   * Requires that apt can be run.
   *
   * @throws UsageException if the machine has no apt
   */
  void requirePresent() throws IOException {
    ask(List.of("apt-get", "--version"));
  }

  /** Returns the given names and all their direct and indirect dependencies that apt knows. */
  Set<String> closure(Collection<String> names) throws IOException {
    List<String> command = new ArrayList<>(List.of("apt-cache", "depends", "--recurse"));
    for (String relation :
        List.of("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")) {
      command.add("--no-" + relation);
    }
    command.addAll(options());
    command.add("--");
    command.addAll(names);
    Set<String> closure = new TreeSet<>();
    for (String line : ask(command).split("\n", -1)) {
      // A package begins its line, a virtual one is in angle brackets.
      if (!line.isEmpty() && Character.isLetterOrDigit(line.charAt(0))) {
        closure.add(line.trim());
      }
    }
    return closure;
  }

  boolean hasOwnLists() {
    return ownLists;
  }

  /** Fetches package lists into the product's own directory, which every user may do. */
  void fetchLists() throws IOException {
    ownLists = true;
    Files.createDirectories(directory.resolve("lists").resolve("partial"));
    List<String> command = new ArrayList<>(List.of("apt-get", "update", "-qq"));
    command.addAll(options());
    command.add("-oAPT::Update::Error-Mode=any");
    fetch(
        directory, command, new Arrival(directory.resolve("lists"), bytes -> {}, System::nanoTime));
  }

  /**
   * Fetches packages and checks each against its SHA-256 in the signed package list.
   *
   * @param arrived is told the number of bytes that have arrived
   * @return the files, by package name
   */
  Map<String, Path> download(Collection<DebianPackage> packages, Path into, LongConsumer arrived)
      throws IOException {
    if (packages.isEmpty()) {
      return Map.of();
    }
    Files.createDirectories(into);
    List<String> command = new ArrayList<>(List.of("apt-get", "download", "-qq"));
    command.addAll(options());
    // As root, apt would switch to a user of its own that cannot write to this directory.
    command.add("-oAPT::Sandbox::User=root");
    command.add("-oAcquire::Retries=3");
    packages.forEach(debian -> command.add(debian.name() + "=" + debian.version()));
    fetch(into, command, new Arrival(into, arrived, System::nanoTime));
    Map<Digest, Path> bySum = new HashMap<>();
    try (Stream<Path> files = Files.list(into)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        bySum.put(Digest.sha256(file), file);
      }
    }
    Map<String, Path> byName = new HashMap<>();
    for (DebianPackage debian : packages) {
      Path file = bySum.get(debian.sha256());
      if (file == null) {
        throw new VerificationException(
            "apt-get did not fetch "
                + debian.name()
                + " "
                + debian.version()
                + " with the "
                + debian.sha256()
                + " of its package list. Run apt-get update and try again.");
      }
      byName.put(debian.name(), file);
    }
    return byName;
  }

  private List<String> options() {
    List<String> options = new ArrayList<>();
    options.add("-oDir::State::status=/dev/null");
    options.add("-oDir::Cache::pkgcache=" + directory.resolve("pkgcache.bin"));
    options.add("-oDir::Cache::srcpkgcache=");
    if (ownLists) {
      options.add("-oDir::State::lists=" + directory.resolve("lists"));
      options.add("-oDir::Cache::archives=" + directory.resolve("archives"));
    }
    options.add("-oAPT::Architecture=" + platform.architecture());
    options.add("-oAPT::Architectures=" + platform.architecture());
    return options;
  }

  /** Runs a command that uses the network, and fails if the command does. */
  private void fetch(Path workingDirectory, List<String> command, Arrival arrival)
      throws IOException {
    Ended ended = run(workingDirectory, command, arrival);
    if (ended.status() != 0) {
      throw new NetworkException(
          String.join(" ", command.subList(0, 2))
              + " failed: "
              + ended.lastError()
              + ". Check that Debian's mirror can be reached.");
    }
  }

  /**
   * Runs a command that asks for what is on this machine. Its status means nothing: apt-cache fails
   * if it knows none of the names, which is a valid answer here.
   */
  private String ask(List<String> command) throws IOException {
    return run(directory, command, null).output();
  }

  private record Ended(int status, String output, String errors) {
    String lastError() {
      String last = "exit status " + status;
      for (String line : errors.split("\n", -1)) {
        if (line.startsWith("E: ")) {
          last = line.substring(3).replaceAll("\\s+", " ").replaceFirst("[ :.]+$", "").trim();
        }
      }
      return last;
    }
  }

  private Ended run(Path workingDirectory, List<String> command, @Nullable Arrival arrival)
      throws IOException {
    Files.createDirectories(directory);
    Path output = Files.createTempFile(directory, "apt", ".out");
    Path errors = Files.createTempFile(directory, "apt", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(workingDirectory.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      // Without this, apt translates field names.
      builder.environment().put("LC_ALL", "C");
      builder.environment().remove("LANGUAGE");
      int status = await(start(builder, command), command, arrival);
      return new Ended(
          status,
          Files.readString(output, StandardCharsets.UTF_8),
          new String(Files.readAllBytes(errors), StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    }
  }

  private static Process start(ProcessBuilder builder, List<String> command) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UsageException(
          "The stand-in is made of Debian packages, and this machine has no "
              + command.get(0)
              + ". Use a machine with Debian's apt, or name an Alpine mirror.",
          e);
    }
  }

  private static int await(Process process, List<String> command, @Nullable Arrival arrival)
      throws IOException {
    try {
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      while (System.nanoTime() < end) {
        if (process.waitFor(1, TimeUnit.SECONDS)) {
          return process.exitValue();
        }
        if (arrival != null) {
          arrival.look();
        }
      }
      throw new NetworkException(
          command.get(0)
              + " did not end within "
              + MINUTES
              + " minutes. Check that Debian's mirror can be reached.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException(
          "Interrupted while waiting for " + command.get(0) + ". Run this again.", e);
    } finally {
      process.destroy();
    }
  }
}
