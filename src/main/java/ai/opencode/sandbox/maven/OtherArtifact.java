package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.File;
import java.net.MalformedURLException;
import java.util.List;
import org.codehaus.plexus.classworlds.realm.ClassRealm;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;

/**
 * The artifacts beside the plugin's own jar, which a goal adds to the plugin's class path when it
 * needs them. They have classifiers, and a plugin cannot depend on a classifier of itself.
 *
 * @param repositories the repositories that have the plugin
 * @param version the version of the plugin
 */
record OtherArtifact(
    RepositorySystem system,
    RepositorySystemSession session,
    List<RemoteRepository> repositories,
    String version) {

  private static final String GROUP = "ai.opencode.sandbox";
  private static final String ARTIFACT = "opencode-sandbox-images";

  /** Adds the readers of sandbox.yaml and of images, unless the class path has them. */
  void addTools() {
    add("tools", "ai/opencode/sandbox/verify/ImageVerifier.class");
  }

  /** Adds the stand-in, unless the class path has it. */
  void addStandIn() {
    add("stand-in", "META-INF/services/ai.opencode.sandbox.upstream.UpstreamProvider");
  }

  private void add(String classifier, String content) {
    if (!(OtherArtifact.class.getClassLoader() instanceof ClassRealm realm)) {
      return; // Outside of Maven, the class path has all artifacts from the start.
    }
    // Modules that Maven builds at the same time have the same realm.
    synchronized (realm) {
      if (realm.getResource(content) != null) {
        return;
      }
      Artifact wanted = new DefaultArtifact(GROUP, ARTIFACT, classifier, "jar", version);
      try {
        File file =
            system
                .resolveArtifact(session, new ArtifactRequest(wanted, repositories, "plugin"))
                .getArtifact()
                .getFile();
        realm.addURL(file.toURI().toURL());
      } catch (ArtifactResolutionException | MalformedURLException e) {
        throw new NetworkException(
            "This goal needs "
                + wanted
                + ", which is in none of the plugin's repositories ("
                + e.getMessage()
                + "). Install or deploy it beside the plugin, or run the goal once without -o.",
            e);
      }
    }
  }
}
