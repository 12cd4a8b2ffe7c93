package ai.opencode.sandbox.upstream;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Whether the official upstream answers at all. Any answer counts: what is wrong with one is for
 * the request that needs it to say.
 */
final class Reachability {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Map<String, URI> OFFICIAL = new LinkedHashMap<>();

  static {
    OFFICIAL.put("Docker Hub", URI.create("https://registry-1.docker.io/v2/"));
    OFFICIAL.put("Alpine's mirror", URI.create("https://dl-cdn.alpinelinux.org/alpine/"));
  }

  /** The first that does not answer, in words. */
  Optional<String> firstUnreachable() {
    HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    Map<String, CompletableFuture<?>> answers = new LinkedHashMap<>();
    OFFICIAL.forEach(
        (name, address) ->
            answers.put(
                name,
                client.sendAsync(
                    HttpRequest.newBuilder(address)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .timeout(PATIENCE)
                        .build(),
                    HttpResponse.BodyHandlers.discarding())));
    for (Map.Entry<String, CompletableFuture<?>> answer : answers.entrySet()) {
      try {
        answer.getValue().join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof IOException) {
          return Optional.of(answer.getKey());
        }
        throw e;
      }
    }
    return Optional.empty();
  }
}
