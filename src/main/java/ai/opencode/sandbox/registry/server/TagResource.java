package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.TreeSet;

/**
 * The list of a repository's tags, {@code /v2/NAME/tags/list} (endpoint end-8 of distribution-spec
 * 1.1).
 */
final class TagResource implements Resource {

  private final Repositories repositories;

  TagResource(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Answer answer(IncomingRequest request, String repository, String last) {
    if (!request.path().endsWith("/tags/list")) {
      throw new ProtocolException(404, "UNSUPPORTED", "no such endpoint: " + request.path());
    }
    Collection<String> tags =
        repositories
            .tags(repository)
            .orElseThrow(
                () -> new ProtocolException(404, "NAME_UNKNOWN", "no repository " + repository))
            .keySet();
    ObjectNode document = Json.object().put("name", repository);
    return Resource.read(request, Page.of(request, new TreeSet<>(tags), document, "tags"));
  }
}
