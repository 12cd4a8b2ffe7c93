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
 * An installation script that replaces files of its package by a program for one platform, which an
 * optional package contains. The platform is the image's. A script of this kind that distinguishes
 * processors would look at those of the building machine, so the first of the carriers is one that
 * runs on every processor.
 *
 * @param name the package with the script
 * @param command the command of its event {@code postinstall}, the only one that it has
 * @param files those that are replaced, which are commands of the package
 * @param program the program's path in its carrier
 * @param carriers the optional packages that have the program, the preferred one first, with {@code
 *     {cpu}} and {@code {libc}} for the platform
 * @param cpus the names of processors, if they are not npm's
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
              // The other one needs a processor with AVX2.
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

  /** Returns the script of a package; empty if it has none, or one with an unknown effect. */
  static Optional<KnownInstallScript> of(LockedNpmPackage of) {
    return TABLE.stream().filter(each -> each.isOf(of)).findFirst();
  }

  /** Tells whether these are the commands whose effect is known. */
  boolean isDoneBy(InstallScripts scripts) {
    return scripts.commands().equals(Map.of("postinstall", command));
  }

  /** The layout of the package decides beside its name, because another version may differ. */
  private boolean isOf(LockedNpmPackage of) {
    return of.has(Trait.INSTALL_SCRIPT)
        && !of.has(Trait.BUNDLED)
        && of.name().equals(name)
        && of.bin().values().containsAll(files)
        && of.requirements().optional().stream().anyMatch(this::isCarrier);
  }

  /** Returns the names of the packages with the program for a platform, the preferred one first. */
  private Stream<String> carriers(NpmPlatform platform) {
    String cpu = cpus.getOrDefault(platform.cpu(), platform.cpu());
    String libc = platform.isMusl() ? "-musl" : "";
    return carriers.stream().map(each -> each.replace("{cpu}", cpu).replace("{libc}", libc));
  }

  /** Returns the preferred carrier for a platform among those that can be used. */
  Optional<String> carrier(LockedNpmPackage of, NpmPlatform platform, Predicate<String> usable) {
    return offered(of, platform).filter(usable).findFirst();
  }

  /** Returns the carriers for a platform that the package names, the preferred one first. */
  Stream<String> offered(LockedNpmPackage of, NpmPlatform platform) {
    Set<String> named = of.requirements().optional();
    return carriers(platform).filter(named::contains);
  }

  /**
   * Returns the optional packages that are installed: at most one of those with a program, because
   * the script uses one, and they are large.
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
