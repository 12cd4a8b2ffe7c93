package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An npm installation script whose effect is known, so that it need not be run: it replaces files
 * of its package by a program for the platform. The program is in another package, the carrier,
 * which is an optional dependency; there is a carrier for each platform.
 *
 * <p>Some scripts choose a carrier by the processor of the building machine, on which the image may
 * never run. The preferred carrier is therefore one whose program runs on every processor.
 *
 * @param name the name of the package with the script
 * @param command the command of its event {@code postinstall}, the only one that it has
 * @param files the paths in that package of the files that are replaced; they are its commands
 * @param program the program's path in its carrier
 * @param carriers the names of the carriers, the preferred one first; {@code {cpu}} and {@code
 *     {libc}} are replaced by the names of the image's platform
 * @param cpus the carriers' names of processors by npm's names; npm's name is used for a processor
 *     that is missing here
 */
record KnownInstallScript(
    String name,
    String command,
    List<String> files,
    String program,
    List<String> carriers,
    Map<String, String> cpus) {

  private static final List<KnownInstallScript> TABLE =
      List.of(
          new KnownInstallScript(
              "opencode-ai",
              "node ./postinstall.mjs",
              List.of("bin/opencode.exe"),
              "bin/opencode",
              // The program of the second carrier needs a processor with AVX2.
              List.of("opencode-linux-{cpu}-baseline{libc}", "opencode-linux-{cpu}{libc}"),
              Map.of()),
          new KnownInstallScript(
              "@anthropic-ai/claude-code",
              "node install.cjs",
              List.of("bin/claude.exe"),
              "claude",
              List.of("@anthropic-ai/claude-code-linux-{cpu}{libc}"),
              Map.of()),
          new KnownInstallScript(
              "esbuild",
              "node install.js",
              List.of("bin/esbuild"),
              "bin/esbuild",
              List.of("@esbuild/linux-{cpu}"),
              Map.of()),
          new KnownInstallScript(
              "workerd",
              "node install.js",
              List.of("bin/workerd"),
              "bin/workerd",
              List.of("@cloudflare/workerd-linux-{cpu}"),
              Map.of("x64", "64")));

  /** Returns the script of a package; empty if there is none, or one with an unknown effect. */
  static Optional<KnownInstallScript> of(LockedNpmPackage of) {
    return TABLE.stream().filter(each -> each.isOf(of)).findFirst();
  }

  /** Returns whether these are the commands whose effect is known. */
  boolean isDoneBy(InstallScripts scripts) {
    return scripts.commands().equals(Map.of("postinstall", command));
  }

  /**
   * Returns whether a package has this script. The name alone does not decide, because another
   * version may have another script: the commands and optional dependencies must match too.
   */
  private boolean isOf(LockedNpmPackage of) {
    return of.has(Trait.INSTALL_SCRIPT)
        && !of.isBundled()
        && of.name().equals(name)
        && of.bin().values().containsAll(files)
        && of.requirements().optional().stream().anyMatch(this::isCarrier);
  }

  /** Returns the names of the carriers for a platform, the preferred one first. */
  private Stream<String> carriers(NpmPlatform platform) {
    String cpu = cpus.getOrDefault(platform.cpu(), platform.cpu());
    String libc = platform.isMusl() ? "-musl" : "";
    return carriers.stream().map(each -> each.replace("{cpu}", cpu).replace("{libc}", libc));
  }

  /**
   * Returns the preferred carrier for a platform among those that can be used.
   *
   * @param usable whether the package of a name can be used, for instance because the lock has it
   */
  Optional<String> carrier(LockedNpmPackage of, NpmPlatform platform, Predicate<String> usable) {
    return offered(of, platform).filter(usable).findFirst();
  }

  /**
   * Returns the carriers for a platform that are dependencies of the package, the preferred one
   * first.
   */
  Stream<String> offered(LockedNpmPackage of, NpmPlatform platform) {
    Set<String> named = of.requirements().optional();
    return carriers(platform).filter(named::contains);
  }

  /**
   * Returns the names of the optional dependencies to install. At most one carrier is among them,
   * because the script uses only one, and carriers are large.
   */
  SortedSet<String> optional(LockedNpmPackage of, NpmPlatform platform, Predicate<String> usable) {
    TreeSet<String> kept = new TreeSet<>(of.requirements().optional());
    kept.removeIf(this::isCarrier);
    carrier(of, platform, usable).ifPresent(kept::add);
    return kept;
  }

  private boolean isCarrier(String optional) {
    return carriers.stream()
        .anyMatch(each -> optional.startsWith(each.substring(0, each.indexOf('{'))));
  }
}
