package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The list of the manifests that refer to a manifest, {@code /v2/NAME/referrers/DIGEST} (endpoint
 * end-12 of distribution-spec 1.1).
 */
final class ReferrerResource implements Resource {

  private final Repositories repositories;

  ReferrerResource(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Answer answer(IncomingRequest request, String repository, String last) {
    Digest subject = Resource.digest(last);
    ObjectNode document = Json.object();
    document.put("schemaVersion", 2);
    document.put("mediaType", MediaType.INDEX);
    ArrayNode manifests = document.putArray("manifests");
    Optional<String> type = request.query("artifactType");
    for (ObjectNode referrer : repositories.referrers(repository, subject)) {
      if (type.isEmpty() || type.get().equals(referrer.path("artifactType").asText())) {
        manifests.add(referrer);
      }
    }
    Answer answer = Answer.json(200, Json.write(document)).with("Content-Type", MediaType.INDEX);
    return Resource.read(
        request, type.isPresent() ? answer.with("OCI-Filters-Applied", "artifactType") : answer);
  }
}
