package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The check whether the servers of the official packages and base image answer: Alpine's mirror and
 * Docker Hub. An error status counts as an answer, because the later request that needs the server
 * reports it.
 */
final class Reachability {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final String DOCKER_HUB = "Docker Hub";
  private static final String ALPINE = "Alpine's mirror";

  private final Network network;
  private final Map<String, URI> official = new LinkedHashMap<>();

  Reachability(RegistryAccess registries) {
    this.network = registries.network();
    // A mirror that the user names is asked in place of Docker Hub.
    if (!registries.mirrors().containsKey("docker.io")) {
      official.put(DOCKER_HUB, URI.create("https://registry-1.docker.io/v2/"));
    }
    official.put(ALPINE, URI.create("https://dl-cdn.alpinelinux.org/alpine/"));
  }

  /** Returns the name of the first server that does not answer, for messages. */
  Optional<String> firstUnreachable() {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            official.size(),
            task -> {
              Thread thread = new Thread(task, "reachability");
              thread.setDaemon(true);
              return thread;
            });
    try {
      Map<String, Future<Boolean>> answers = new LinkedHashMap<>();
      official.forEach(
          (name, address) -> answers.put(name, threads.submit(() -> answers(address))));
      for (Map.Entry<String, Future<Boolean>> answer : answers.entrySet()) {
        if (!answer.getValue().get()) {
          return Optional.of(answer.getKey());
        }
      }
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException(
          "Interrupted while checking whether Docker Hub and Alpine's mirror answer. Run the"
              + " command again.",
          e);
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean answers(URI address) {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .timeout(PATIENCE)
            .build();
    try {
      network.send(request).body().close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
