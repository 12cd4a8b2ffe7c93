package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The installation scripts of a package: the commands that npm would run when it installs the
 * package. This program does not run them.
 *
 * @param of the package
 * @param commands the commands by event ({@code preinstall}, {@code install}, {@code postinstall}),
 *     in the order in which npm runs them
 */
public record InstallScripts(LockedNpmPackage of, Map<String, String> commands) {

  private static final List<String> EVENTS = List.of("preinstall", "install", "postinstall");
  private static final long MAX_MANIFEST = 4L << 20;

  /** A reading of the scripts of a package. */
  @FunctionalInterface
  public interface Reading {

    /**
     * Reads the scripts of a package.
     *
     * @param carrier the package with the tarball that contains it
     */
    InstallScripts read(LockedNpmPackage of, LockedNpmPackage carrier) throws IOException;
  }

  /**
   * Returns the scripts with an unknown effect. That of a known script is unknown, too, if its
   * command is another than the known one.
   *
   * @param packages packages, each with the one whose tarball contains it
   */
  public static List<InstallScripts> unknown(
      Map<LockedNpmPackage, LockedNpmPackage> packages, Reading reading) throws IOException {
    List<InstallScripts> unknown = new ArrayList<>();
    for (Map.Entry<LockedNpmPackage, LockedNpmPackage> each : packages.entrySet()) {
      InstallScripts scripts = reading.read(each.getKey(), each.getValue());
      boolean known =
          KnownInstallScript.of(each.getKey())
              .filter(script -> script.isDoneBy(scripts))
              .isPresent();
      if (!known && !scripts.commands().isEmpty()) {
        unknown.add(scripts);
      }
    }
    return unknown;
  }

  public InstallScripts {
    commands = Collections.unmodifiableMap(new LinkedHashMap<>(commands));
  }

  /**
   * Reads the commands from a package's tarball.
   *
   * @throws VerificationException if the tarball differs from the locked one or is malformed
   */
  public static InstallScripts read(LockedNpmPackage of, TarballSource source) throws IOException {
    return read(of, of, source);
  }

  /**
   * Reads the commands of a package that another may bundle.
   *
   * @param carrier the package with the tarball that contains it
   * @throws VerificationException if the tarball differs from the locked one or is malformed
   */
  public static InstallScripts read(
      LockedNpmPackage of, LockedNpmPackage carrier, TarballSource source) throws IOException {
    FetchedTarball fetched = source.of(carrier);
    String name = fetched.name();
    String manifestFile = of.installPath().fileIn(carrier.installPath(), "package.json");
    String gypFile = of.installPath().fileIn(carrier.installPath(), "binding.gyp");
    String manifest = "{}";
    boolean gyp = false;
    try (InputStream tgz = source.open(fetched);
        NpmTarball tarball = new NpmTarball(tgz, name, Set.of())) {
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        gyp |= entry.path().equals(gypFile);
        if (entry instanceof TarEntry.File file && entry.path().equals(manifestFile)) {
          if (file.size() > MAX_MANIFEST) {
            throw new VerificationException(
                name
                    + ": "
                    + manifestFile
                    + " has "
                    + file.size()
                    + " bytes, which is too large. Use another version of the package.");
          }
          manifest = new String(tarball.content().readAllBytes(), StandardCharsets.UTF_8);
        }
      }
    }
    JsonNode scripts = NpmJson.parseObject(manifest, name + ": " + manifestFile).path("scripts");
    Map<String, String> commands = new LinkedHashMap<>();
    for (String event : EVENTS) {
      String command = scripts.path(event).asText();
      if (!command.isBlank()) {
        commands.put(event, command);
      }
    }
    // npm compiles a package with a binding.gyp, unless its package.json has an installation
    // script.
    if (gyp && !commands.containsKey("preinstall") && !commands.containsKey("install")) {
      commands.put("install", "node-gyp rebuild");
    }
    return new InstallScripts(of, commands);
  }
}
