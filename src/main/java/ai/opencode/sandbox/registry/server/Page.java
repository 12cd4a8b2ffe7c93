package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NavigableSet;

/** A part of a list of names, and the address of the next part. */
final class Page {

  private static final int MAX_PAGE = 10_000;

  private Page() {}

  /** Returns the names after the one in the request, as many as the request demands. */
  static Answer of(
      IncomingRequest request, NavigableSet<String> all, ObjectNode document, String field) {
    String wanted = request.query("n").orElse(Integer.toString(MAX_PAGE));
    if (!wanted.matches("\\d{1,9}")) {
      throw new ProtocolException(400, "PAGINATION_NUMBER_INVALID", "n is not a number: " + wanted);
    }
    int size = Math.min(Integer.parseInt(wanted), MAX_PAGE);
    String last = request.query("last").orElse("");
    List<String> names = all.tailSet(last, false).stream().limit(size + 1L).toList();
    ArrayNode array = document.putArray(field);
    names.stream().limit(size).forEach(array::add);
    Answer answer = Answer.json(200, Json.write(document));
    if (size == 0 || names.size() <= size) {
      return answer;
    }
    String next = URLEncoder.encode(names.get(size - 1), StandardCharsets.UTF_8);
    return answer.with(
        "Link", "<" + request.path() + "?n=" + size + "&last=" + next + ">; rel=\"next\"");
  }
}
