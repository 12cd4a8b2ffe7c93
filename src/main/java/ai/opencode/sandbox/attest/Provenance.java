package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The predicate with the inputs of an image (SLSA provenance, version 1). It has no metadata of a
 * run, because the same inputs must give the same statement.
 *
 * @param image the name of the image's definition
 * @param platform the image's platform, such as {@code linux/amd64}
 * @param version the version in the image's labels
 * @param tool the version of the program that made the image
 * @param dependencies the inputs, in a fixed order
 */
public record Provenance(
    String image, String platform, String version, String tool, List<Dependency> dependencies) {

  /**
   * The name of the input that is the digest of the lock's entries of the image and its parents.
   */
  public static final String LOCK = "lock";

  /** The name of the input that is the base image. */
  public static final String BASE = "base";

  /** The annotation of a base image with the labels of its packages, separated by spaces. */
  public static final String PACKAGES = "packages";

  /** The annotation of an Alpine package with the digest of its control segment. */
  public static final String CONTROL = "control";

  /** The annotation of an Alpine package with the form in which the image has its files. */
  public static final String STORED = "stored";

  /** The annotation of a package with the layer that has its files. */
  public static final String LAYER = "layer";

  /** The annotation of an npm package with its directory in the image. */
  public static final String PATH = "path";

  private static final String BUILD_TYPE = Project.ADDRESS + "/build-type/v1";

  /** The builder of a run on any machine. It claims nothing about that machine. */
  private static final String BUILDER = Project.ADDRESS + "/builder/local";

  /**
   * An input (SLSA's ResourceDescriptor).
   *
   * @param uri a package URL; empty if there is none
   * @param algorithm the algorithm of the digest, such as {@code sha256}
   * @param digest the digest in lower-case hex
   * @param annotations further facts
   */
  public record Dependency(
      String name,
      String uri,
      String algorithm,
      String digest,
      SortedMap<String, String> annotations) {

    public Dependency {
      annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }

    /** Creates an input without further facts. */
    public Dependency(String name, String uri, String algorithm, String digest) {
      this(name, uri, algorithm, digest, Collections.emptySortedMap());
    }
  }

  public Provenance {
    dependencies = List.copyOf(dependencies);
  }

  /**
   * Returns whether a predicate has this program's form, which only its build type tells. Other
   * programs write provenance with other inputs.
   */
  public static boolean isOwn(byte[] predicate, String source) {
    return Json.parse(predicate, source)
        .path("buildDefinition")
        .path("buildType")
        .asText()
        .equals(BUILD_TYPE);
  }

  /**
   * Parses a predicate that this program wrote.
   *
   * @throws VerificationException if a field is missing or malformed, or another program wrote it
   */
  public static Provenance parse(byte[] predicate, String source) {
    JsonNode build = Json.parse(predicate, source).path("buildDefinition");
    JsonNode external = build.path("externalParameters");
    String type = build.path("buildType").asText();
    if (!type.equals(BUILD_TYPE)) {
      throw new VerificationException(
          source + ": provenance of the build type \"" + type + "\", not of this program");
    }
    List<Dependency> dependencies = new ArrayList<>();
    for (JsonNode each : build.path("resolvedDependencies")) {
      Map.Entry<String, JsonNode> digest =
          each.path("digest").properties().stream()
              .findFirst()
              .orElseThrow(
                  () ->
                      new VerificationException(
                          source + ": provenance with an input without a digest"));
      SortedMap<String, String> annotations = new TreeMap<>();
      each.path("annotations")
          .properties()
          .forEach(field -> annotations.put(field.getKey(), field.getValue().asText()));
      dependencies.add(
          new Dependency(
              each.path("name").asText(),
              each.path("uri").asText(),
              digest.getKey(),
              digest.getValue().asText(),
              annotations));
    }
    return new Provenance(
        external.path("image").asText(),
        external.path("platform").asText(),
        external.path("version").asText(),
        build.path("internalParameters").path("tool").asText(),
        dependencies);
  }

  /** Returns the predicate's bytes. */
  public byte[] toJson() {
    ObjectNode node = Json.object();
    ObjectNode build = node.putObject("buildDefinition");
    build.put("buildType", BUILD_TYPE);
    build
        .putObject("externalParameters")
        .put("image", image)
        .put("platform", platform)
        .put("version", version);
    build.putObject("internalParameters").put("tool", tool);
    ArrayNode array = build.putArray("resolvedDependencies");
    for (Dependency each : dependencies) {
      ObjectNode object = array.addObject();
      object.put("name", each.name());
      if (!each.uri().isEmpty()) {
        object.put("uri", each.uri());
      }
      object.putObject("digest").put(each.algorithm(), each.digest());
      if (!each.annotations().isEmpty()) {
        ObjectNode annotations = object.putObject("annotations");
        each.annotations().forEach(annotations::put);
      }
    }
    node.putObject("runDetails").putObject("builder").put("id", BUILDER);
    return Json.write(node);
  }
}
