package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.network.Proxies;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.credentials.AuthFiles;
import ai.opencode.sandbox.registry.credentials.AuthVariable;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.inject.Inject;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.eclipse.aether.RepositorySystem;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** The base class of all goals, with the parameters that they share. Maven sets the fields. */
@NullUnmarked
abstract class SandboxMojo extends AbstractMojo {

  @Parameter(defaultValue = "${session}", readonly = true, required = true)
  private MavenSession session;

  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  private MavenProject project;

  @Parameter(defaultValue = "${plugin.version}", readonly = true, required = true)
  private String version;

  @Inject private SettingsDecrypter decrypter;

  @Inject private RepositorySystem repositories;

  /** Skips the goal. */
  @Parameter(property = "sandbox.skip", defaultValue = "false")
  private boolean skip;

  /**
   * The images, written as in sandbox.yaml. Default: those of the file, or base and developer if
   * there is no file.
   */
  @Parameter private List<Image> images;

  /** The file with images and settings. Default: sandbox.yaml, if it is beside the POM. */
  @Parameter(property = "sandbox.file")
  private File file;

  /** Registries to pull from in place of others: docker.io=mirror.example/hub. */
  @Parameter(property = "sandbox.registry.mirror")
  private List<String> registryMirrors;

  /** Registries that may be reached over plain HTTP, each as HOST:PORT. */
  @Parameter(property = "sandbox.insecure.registry")
  private Set<String> insecureRegistries;

  /** PEM files with certificates that are trusted besides Java's own. */
  @Parameter(property = "sandbox.ca.file")
  private List<File> authorities;

  @Override
  public final void execute() throws MojoExecutionException, MojoFailureException {
    if (skip) {
      getLog().info("skipped (sandbox.skip)");
      return;
    }
    try {
      run(new MavenProgress(getLog(), System::nanoTime));
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      var failure =
          GoalFailure.of(e, getLog().isDebugEnabled() || session.getRequest().isShowErrors());
      if (failure instanceof MojoFailureException wrong) {
        throw wrong;
      }
      throw (MojoExecutionException) failure;
    }
  }

  /** Does the goal's work. */
  abstract void run(MavenProgress progress) throws IOException;

  MavenProject project() {
    return project;
  }

  boolean isOffline() {
    return session.isOffline();
  }

  OtherArtifact artifacts() {
    return new OtherArtifact(
        repositories,
        session.getRepositorySession(),
        project.getRemotePluginRepositories(),
        version);
  }

  /** Returns the directory of the layout that build writes and the other goals read. */
  Path layout() {
    return Path.of(project.getBuild().getDirectory(), "images");
  }

  /**
   * Returns the project's images and the settings beside them.
   *
   * @throws UsageException if they are both in the POM and in a file, or are invalid
   */
  Declared declared() throws IOException {
    Path directory = project.getBasedir().toPath();
    Path beside = directory.resolve("sandbox.yaml");
    boolean inPom = images != null && !images.isEmpty();
    if (inPom && file != null) {
      throw new UsageException(
          "Images are in the POM (<images>) and in " + file + ". Keep them in one of the two.");
    }
    if (inPom) {
      return Declared.only(PomImages.of(images), directory.resolve("sandbox.lock.json"));
    }
    if (file == null && !Files.exists(beside)) {
      return Declared.only(SandboxImages.all(), directory.resolve("sandbox.lock.json"));
    }
    artifacts().addTools();
    return DeclaredFile.read(file == null ? beside : file.toPath());
  }

  /**
   * Returns the settings for requests to servers, from the goal's parameters, Maven's settings and
   * the project.
   */
  RegistryAccess access(Declared declared) {
    Map<String, String> mirrors = new LinkedHashMap<>(declared.servers().registryMirrors());
    for (String each : listed(registryMirrors)) {
      int equals = each.indexOf('=');
      if (equals < 1) {
        throw new UsageException(
            "\"" + each + "\" is not a mirror. Write HOST=MIRROR into <registryMirrors>.");
      }
      mirrors.put(each.substring(0, equals), each.substring(equals + 1));
    }
    List<Path> trusted =
        listed(authorities).isEmpty() ? declared.servers().authorities() : paths(authorities);
    NetworkSettings network = NetworkSettings.inMaven(proxies()).withAuthorities(trusted);
    return RegistryAccess.standard()
        .withCredentials(
            CredentialSource.firstOf(
                List.of(
                    new MavenLogins(session.getSettings(), decrypter),
                    AuthVariable.of(System.getenv()),
                    AuthFiles.of(System.getenv(), System.getProperty("user.home", "")))))
        .withMirrors(mirrors)
        .withInsecureRegistries(insecureRegistries == null ? Set.of() : insecureRegistries)
        .withNetwork(new Network(network));
  }

  private Proxies proxies() {
    Proxy active = session.getSettings().getActiveProxy();
    if (active == null) {
      return Proxies.none();
    }
    Proxy open = decrypter.decrypt(new DefaultSettingsDecryptionRequest(active)).getProxy();
    return Proxies.ofMaven(
        open.getHost(),
        Integer.toString(open.getPort()),
        open.getUsername(),
        open.getPassword(),
        open.getNonProxyHosts(),
        "Maven's settings");
  }

  static <T> List<T> listed(@Nullable List<T> values) {
    return values == null ? List.of() : values;
  }

  static List<Path> paths(@Nullable List<File> files) {
    return listed(files).stream().map(File::toPath).toList();
  }
}
