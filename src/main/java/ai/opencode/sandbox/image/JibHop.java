package ai.opencode.sandbox.image;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Jib's way from an image in a store to another one in the same store: out of a registry on
 * loopback and into it again, so that no layer moves. The registry answers to nobody who was not
 * given its references. Plain HTTP is allowed for this hop and for no other.
 */
public final class JibHop implements Closeable {

  private static final String REPOSITORY = "image";

  /** How long steps that began may take to see that nobody waits for them. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final EmbeddedRegistry registry;
  private final Path directory;

  /** Ours rather than Jib's, whose steps go on after one of them has failed. */
  private final ExecutorService steps = Executors.newCachedThreadPool();

  private JibHop(EmbeddedRegistry registry, Path directory) {
    this.registry = registry;
    this.directory = directory;
  }

  /**
   * Opens a registry over a store.
   *
   * @param work existing directory for temporary files
   */
  public static JibHop over(BlobStore blobs, Path work) throws IOException {
    Path directory = TemporaryFiles.directory(work, "jib");
    try {
      return new JibHop(EmbeddedRegistry.secret(blobs), directory);
    } catch (IOException | RuntimeException e) {
      TemporaryFiles.delete(directory);
      throw e;
    }
  }

  /** A directory for temporary files, which ends with this. */
  Path directory() {
    return directory;
  }

  /** Begins with an image of the store, for one platform. */
  public JibContainerBuilder from(Descriptor manifest, Platform platform) throws IOException {
    var jibs =
        new com.google.cloud.tools.jib.api.buildplan.Platform(
            platform.architecture(), platform.os());
    return Jib.from(image(registry.reference(REPOSITORY, manifest.digest()).toString()))
        .setPlatforms(Set.of(jibs))
        .setFormat(ImageFormat.OCI)
        .setCreationTime(Instant.EPOCH);
  }

  /** Lets Jib reach the base image on its way to a target. */
  public Containerizer containerizer(Containerizer target) {
    return target
        .setExecutorService(steps)
        .setAllowInsecureRegistries(true)
        // Fresh, because Jib believes a cache entry by its name alone.
        .setBaseImageLayersCache(directory.resolve("base"))
        .setApplicationLayersCache(directory.resolve("layers"))
        .setToolName("opencode-sandbox")
        .setToolVersion("1");
  }

  /**
   * Makes the image, in the store.
   *
   * @return digest of its manifest, as Jib wrote it
   * @throws IllegalStateException after {@link #close}
   */
  public Digest finish(JibContainerBuilder builder) throws IOException {
    if (steps.isShutdown()) {
      throw new IllegalStateException("Closed already: containerize first, then close");
    }
    try {
      RegistryImage target = image(registry.reference(REPOSITORY, "finished").toString());
      Containerizer containerizer = containerizer(Containerizer.to(target));
      return Digest.of(builder.containerize(containerizer).getDigest().toString());
    } catch (ExecutionException | RegistryException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw withoutSecret(io);
      }
      throw withoutSecret(new IOException("Jib could not finish the image: " + e.getMessage(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while Jib finished the image", e);
    } catch (CacheDirectoryCreationException e) {
      throw new IOException("Jib could not start: " + e.getMessage(), e);
    }
  }

  /**
   * The same failure where nothing in it names the registry's repository, else one in its words.
   */
  private IOException withoutSecret(IOException failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    if (registry.withoutSecret(trace.toString()).contentEquals(trace.getBuffer())) {
      return failure;
    }
    IOException told =
        new IOException(registry.withoutSecret(String.valueOf(failure.getMessage())));
    told.setStackTrace(failure.getStackTrace());
    return told;
  }

  private static RegistryImage image(String reference) throws IOException {
    try {
      return RegistryImage.named(reference);
    } catch (InvalidImageReferenceException e) {
      throw new IOException("Jib could not start: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try (registry) {
      steps.shutdownNow();
      awaitSteps();
      TemporaryFiles.delete(directory);
    }
  }

  /** What still writes would bring the directory back. */
  private void awaitSteps() {
    try {
      if (!steps.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("Jib did not end in " + GRACE.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
