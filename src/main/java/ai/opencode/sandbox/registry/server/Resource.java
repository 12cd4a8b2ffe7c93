package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;

/** One kind of resource of a repository, with the methods that it supports. */
interface Resource {

  /**
   * Answers a request.
   *
   * @param repository a valid name
   * @param last the part of the address after the resource's kind, such as a tag or a digest; may
   *     be empty
   */
  Answer answer(IncomingRequest request, String repository, String last) throws IOException;

  static Answer read(IncomingRequest request, Answer answer) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      throw methodNotAllowed(request);
    }
    return answer;
  }

  static ProtocolException methodNotAllowed(IncomingRequest request) {
    return new ProtocolException(
        405, "UNSUPPORTED", request.method() + " is not supported for this address");
  }

  static Digest digest(String text) {
    if (!Digest.isDigest(text)) {
      throw new ProtocolException(
          400, "DIGEST_INVALID", "expected sha256: and 64 lower-case hex digits, not: " + text);
    }
    return Digest.of(text);
  }
}
