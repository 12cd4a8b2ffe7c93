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
 * A run of Jib whose base image and result are in the same store: a hop from the store to Jib and
 * back. Jib pulls from a registry on loopback that serves the store, and pushes to it, so no layer
 * of the base is copied. The registry answers only requests for a secret path, which is part of its
 * references. Plain HTTP is allowed for this registry alone.
 */
public final class JibHop implements Closeable {

  private static final String REPOSITORY = "image";

  /** The time in which running steps must notice that they were cancelled. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final EmbeddedRegistry registry;
  private final Path directory;

  /**
   * An executor of our own, so that {@link #close} can stop Jib's steps, which continue after one
   * of them has failed.
   */
  private final ExecutorService steps = Executors.newCachedThreadPool();

  private JibHop(EmbeddedRegistry registry, Path directory) {
    this.registry = registry;
    this.directory = directory;
  }

  /**
   * Opens a registry over a store.
   *
   * @param work an existing directory for temporary files
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

  /** Returns a directory for temporary files, which {@link #close} deletes. */
  Path directory() {
    return directory;
  }

  /**
   * Returns a builder whose base is an image of the store, for one platform.
   *
   * @param created the creation time of the result
   */
  public JibContainerBuilder from(Descriptor manifest, Platform platform, Instant created)
      throws IOException {
    var jibs =
        new com.google.cloud.tools.jib.api.buildplan.Platform(
            platform.architecture(), platform.os());
    return Jib.from(image(registry.reference(REPOSITORY, manifest.digest()).toString()))
        .setPlatforms(Set.of(jibs))
        .setFormat(ImageFormat.OCI)
        .setCreationTime(created);
  }

  /** Configures a target so that Jib can pull the base image from the store. */
  public Containerizer containerizer(Containerizer target) {
    return target
        .setExecutorService(steps)
        .setAllowInsecureRegistries(true)
        // A new directory for each run, because Jib trusts a cache entry by its name.
        .setBaseImageLayersCache(directory.resolve("base"))
        .setApplicationLayersCache(directory.resolve("layers"))
        .setToolName("opencode-sandbox")
        .setToolVersion("1");
  }

  /**
   * Runs Jib, which makes the image in the store.
   *
   * @return digest of its manifest, as Jib wrote it
   * @throws IllegalStateException after {@link #close}
   */
  public Digest finish(JibContainerBuilder builder) throws IOException {
    if (steps.isShutdown()) {
      throw new IllegalStateException("The base image is closed. Call containerize before close.");
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
      throw withoutSecret(
          new IOException(
              "The image cannot be finished ("
                  + e.getMessage()
                  + "). Run the command again; if it fails again, report it.",
              e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while Jib finished the image. Run the command again.", e);
    } catch (CacheDirectoryCreationException e) {
      throw new IOException("Jib could not start: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the failure itself; if a message in it contains the registry's secret, a copy without
   * the secret and without the causes.
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

  /**
   * Waits for running steps, which could otherwise create files in the directory after its
   * deletion. It also waits if this thread has been interrupted already, such as after the failure
   * of a parallel task.
   */
  private void awaitSteps() {
    boolean interrupted = Thread.interrupted();
    try {
      if (!steps.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "Jib's steps did not end within " + GRACE.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
