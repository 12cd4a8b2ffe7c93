package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.export.DockerArchive;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.credentials.Credentials;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Access to an engine's images: finds them, has them pulled, and loads images of OCI layouts. */
public final class EngineImages {

  private final Engine engine;
  private final DockerClient client;
  private final Progress progress;
  private final Deadline deadline;

  public EngineImages(Engine engine, Progress progress) {
    this(engine, progress, Deadline.none());
  }

  /**
   * Creates the access.
   *
   * @param deadline the moment at which pulls are given up
   */
  public EngineImages(Engine engine, Progress progress, Deadline deadline) {
    this.deadline = deadline;
    this.engine = engine;
    this.client = engine.client();
    this.progress = progress;
  }

  /**
   * Makes sure that the engine has an image: pulls or loads it if necessary.
   *
   * @param name a reference, an image's id, or {@code oci:DIRECTORY[:NAME]}
   * @return the image's name in the engine
   * @throws UsageException if there is no such image
   * @throws AuthenticationException if the image's registry requires a login
   * @throws NetworkException if the engine cannot pull it
   * @throws DeadlineException if the deadline came first
   */
  public String require(String name) throws IOException, InterruptedException {
    if (name.startsWith(LayoutImage.SCHEME)) {
      return load(LayoutImage.find(name, engine.platform()));
    }
    if (!has(name)) {
      pull(name);
    }
    return name;
  }

  /**
   * Returns whether an engine failed to make a container because it no longer has the container's
   * image.
   */
  public static boolean isLost(DockerException failure) {
    String words = Engine.reason(failure).toLowerCase(Locale.ROOT);
    // Docker 20.10 fails to get the digest if the image is removed while a container is made of it.
    return words.contains("no such image")
        || words.contains("failed to get digest")
        || words.contains("image not known");
  }

  private boolean has(String name) {
    try {
      client.inspectImageCmd(name).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    } catch (DockerException e) {
      if (e.getHttpStatus() == 400) {
        throw new UsageException(
            "\""
                + name
                + "\" is not an image's name ("
                + Engine.reason(e)
                + "). Write it like alpine:3.20.",
            e);
      }
      throw Engine.refused("look for image " + name, e);
    }
  }

  private void pull(String name) throws InterruptedException {
    Reference reference = Reference.of(name);
    progress.step(Stage.PULL, reference.toString());
    PullImageCmd pull = command(reference);
    CredentialSource.machine()
        .find(reference)
        .ifPresent(found -> pull.withAuthConfig(login(found)));
    try {
      pull.exec(new PullProgress()).await(deadline);
    } catch (DockerException | DockerClientException e) {
      throw cannotPull(name, e);
    }
    progress.done(Stage.PULL, reference.toString());
  }

  /** Returns a command that names a tag or digest; without one the engine would pull all tags. */
  private PullImageCmd command(Reference reference) {
    String repository = reference.registry() + "/" + reference.repository();
    return reference.digest() == null
        ? client.pullImageCmd(repository).withTag(reference.selector())
        : client.pullImageCmd(repository + "@" + reference.digest());
  }

  private static AuthConfig login(Credentials credentials) {
    AuthConfig login = new AuthConfig();
    return credentials.user().equals("<token>")
        ? login.withIdentityToken(credentials.secret())
        : login.withUsername(credentials.user()).withPassword(credentials.secret());
  }

  /** Chooses the exception by the words of the engine's message, as there is no error code. */
  private static RuntimeException cannotPull(String name, RuntimeException cause) {
    String reason = Engine.reason(cause);
    String words = reason.toLowerCase(Locale.ROOT);
    if (words.contains("unauthorized") || words.contains("authentication required")) {
      return new AuthenticationException(
          "The registry does not let the engine pull "
              + name
              + " ("
              + reason
              + "). Log in with \"docker login\".",
          cause);
    }
    if (words.contains("not found")
        || words.contains("manifest unknown")
        || words.contains("does not exist")
        || words.contains("access denied")) {
      return new UsageException(
          "Neither the engine nor its registry has an image "
              + name
              + " ("
              + reason
              + "). Check the name, or write oci:DIRECTORY:NAME for an image that"
              + " \"opencode-sandbox build\" made.",
          cause);
    }
    return new NetworkException(
        "The engine does not have the image "
            + name
            + " and could not pull it ("
            + reason
            + "). Check the engine's network, or write oci:DIRECTORY:NAME for an image that"
            + " \"opencode-sandbox build\" made.",
        cause);
  }

  /** Loads an image of an OCI layout into the engine; returns its name there. */
  private String load(LayoutImage image) throws IOException, InterruptedException {
    String name = LoadedImages.nameOf(image);
    // Even without this tag, the engine may have the image by its digest; then it is only tagged.
    if (!has(name)) {
      bring(image.layout().blobs(), image.descriptor(), image.name(), List.of(name));
    }
    return name;
  }

  /**
   * Loads an image into the engine and names it. The engine pulls from a temporary registry of this
   * process on loopback, so that layers that it has are not sent again. An engine that does not
   * reach this machine's loopback, such as one in a virtual machine, is sent the whole image.
   *
   * @param blobs the image's manifest, configuration and layers
   * @param image the descriptor of its manifest
   * @param title the image's name in messages
   * @param names the image's names, at least one, with tags; another image that has one of them
   *     loses it
   */
  void bring(BlobStore blobs, Descriptor image, String title, List<String> names)
      throws IOException, InterruptedException {
    Manifest manifest = Manifest.parse(blobs.read(image.digest()), title);
    String id = manifest.config().digest().toString();
    if (has(id)) {
      names.forEach(name -> tag(id, name));
      return;
    }
    progress.step(Stage.LOAD, title + " into the engine");
    try (EmbeddedRegistry registry = EmbeddedRegistry.secret(blobs)) {
      registry.tag("sandbox", "run", image);
      pull(registry, registry.reference("sandbox", image.digest()), names);
    } catch (DockerException | DockerClientException e) {
      try {
        send(new DockerArchive(blobs, List.of(new DockerArchive.NamedImage(manifest, names))));
      } catch (DockerException | DockerClientException second) {
        second.addSuppressed(e);
        throw new NetworkException(
            "Cannot load "
                + title
                + " into the engine, neither from a registry on loopback ("
                + Engine.reason(e)
                + ") nor as an archive ("
                + Engine.reason(second)
                + "). Look for the reason in the engine's log.",
            second);
      }
    }
    progress.done(Stage.LOAD, title);
  }

  private void pull(EmbeddedRegistry registry, Reference reference, List<String> names)
      throws InterruptedException {
    try {
      command(reference).exec(new PullProgress()).await(deadline);
      String pulled = reference.toString();
      names.forEach(name -> tag(pulled, name));
      client.removeImageCmd(pulled).exec();
    } catch (DockerException | DockerClientException e) {
      // The engine's message contains the reference, and with it the registry's secret path.
      throw new DockerClientException(registry.withoutSecret(Engine.reason(e)));
    }
  }

  private void tag(String image, String name) {
    int colon = name.lastIndexOf(':');
    client.tagImageCmd(image, name.substring(0, colon), name.substring(colon + 1)).exec();
  }

  /** Sends images to the engine as an archive, as {@code docker load} does. */
  public void send(DockerArchive archive) throws IOException {
    try (PipedInputStream in = new PipedInputStream(1 << 16);
        PipedOutputStream out = new PipedOutputStream(in)) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try (out) {
                  archive.writeTo(out);
                } catch (IOException e) {
                  // The engine sees an incomplete archive and reports that as its own error.
                }
              });
      client.loadImageCmd(in).exec();
      writing.join();
    }
  }
}
