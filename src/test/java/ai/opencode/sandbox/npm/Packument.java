package ai.opencode.sandbox.npm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.SortedMap;

/** The document with which a registry describes the versions of a package. */
final class Packument {

  private Packument() {}

  /**
   * Returns the document.
   *
   * @param versions the manifests by version; the last one is the latest
   */
  static byte[] of(String name, SortedMap<String, ObjectNode> versions) {
    ObjectNode packument = JsonNodeFactory.instance.objectNode().put("name", name);
    packument.putObject("dist-tags").put("latest", versions.lastKey());
    packument.putObject("versions").setAll(versions);
    ObjectNode times = packument.putObject("time");
    versions.keySet().forEach(each -> times.put(each, "2020-01-01T00:00:00.000Z"));
    return packument.toString().getBytes(UTF_8);
  }
}
