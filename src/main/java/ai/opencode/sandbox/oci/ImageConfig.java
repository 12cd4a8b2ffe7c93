package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration of an image (image-spec, config.md), together with its original JSON, so that
 * unknown fields of a base image's configuration are kept.
 *
 * @param platform the platform of the image
 * @param diffIds the digests of the layers' uncompressed archives, lowest first
 * @param history the origins of the layers, lowest first
 * @param json the whole document
 */
public record ImageConfig(
    Platform platform, List<Digest> diffIds, List<History> history, ObjectNode json) {

  /**
   * The origin of a layer, as {@code docker history} shows it.
   *
   * @param createdBy the command or step that made the layer
   * @param comment a comment; may be empty
   * @param emptyLayer whether the step only changed settings, so that it made no layer
   */
  public record History(String createdBy, String comment, boolean emptyLayer) {}

  private static final String CREATED = "created";
  private static final String CONFIG = "config";
  private static final String PORTS = "ExposedPorts";

  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
    json = json.deepCopy();
  }

  /** Returns a configuration without layers and settings. */
  public static ImageConfig scratch(Platform platform) {
    return new ImageConfig(platform, List.of(), List.of(), Json.object());
  }

  /**
   * Parses a configuration.
   *
   * @throws VerificationException if it is not an image configuration
   */
  public static ImageConfig parse(byte[] bytes, String source) {
    JsonNode node = ReadOneWay.configuration(bytes, source);
    List<Digest> diffIds = new ArrayList<>();
    node.path("rootfs").path("diff_ids").forEach(id -> diffIds.add(Digest.of(id.asText())));
    List<History> history = new ArrayList<>();
    node.path("history")
        .forEach(
            line ->
                history.add(
                    new History(
                        line.path("created_by").asText(),
                        line.path("comment").asText(),
                        line.path("empty_layer").asBoolean())));
    Platform platform =
        new Platform(node.path("os").asText("linux"), node.path("architecture").asText());
    return new ImageConfig(platform, diffIds, history, (ObjectNode) node);
  }

  /** Returns the configuration with one more layer on top. */
  public ImageConfig withLayer(Digest diffId, String createdBy, String comment) {
    List<Digest> ids = new ArrayList<>(diffIds);
    ids.add(diffId);
    List<History> lines = new ArrayList<>(history);
    lines.add(new History(createdBy, comment, false));
    return new ImageConfig(platform, ids, lines, json);
  }

  /** Returns the creation time; 1970 if there is none. */
  public Instant created() {
    try {
      return OffsetDateTime.parse(json.path(CREATED).asText()).toInstant();
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  /**
   * Returns the configuration with a creation time, which is also that of every line of its
   * history.
   */
  public ImageConfig withCreated(Instant created) {
    ObjectNode changed = json.deepCopy();
    changed.put(CREATED, created.toString());
    return new ImageConfig(platform, diffIds, history, changed);
  }

  /** Returns the exposed ports, such as {@code 8080/tcp}, sorted. */
  public List<String> exposedPorts() {
    return Json.names(json.path(CONFIG).path(PORTS));
  }

  public Map<String, String> labels() {
    return Json.stringMap(json.path(CONFIG).path("Labels"));
  }

  public List<String> environment() {
    return Json.strings(json.path(CONFIG).path("Env"));
  }

  public String user() {
    return json.path(CONFIG).path("User").asText();
  }

  public List<String> entrypoint() {
    return Json.strings(json.path(CONFIG).path("Entrypoint"));
  }

  public List<String> command() {
    return Json.strings(json.path(CONFIG).path("Cmd"));
  }

  public String workingDirectory() {
    return json.path(CONFIG).path("WorkingDir").asText();
  }

  /** Returns the mount points, sorted. */
  public List<String> volumes() {
    return Json.names(json.path(CONFIG).path("Volumes"));
  }

  /** Returns a copy of the whole document, including fields without an accessor here. */
  @Override
  public ObjectNode json() {
    return json.deepCopy();
  }

  public ImageConfig withLabel(String key, String value) {
    ObjectNode changed = json.deepCopy();
    ObjectNode labels = changed.withObjectProperty(CONFIG).withObjectProperty("Labels");
    labels.put(key, value);
    return new ImageConfig(platform, diffIds, history, changed);
  }

  /** Returns the configuration with exactly these labels, in the order of their names. */
  public ImageConfig withLabels(Map<String, String> newLabels) {
    ObjectNode changed = json.deepCopy();
    ObjectNode labels = changed.withObjectProperty(CONFIG).putObject("Labels");
    new TreeMap<>(newLabels).forEach(labels::put);
    return new ImageConfig(platform, diffIds, history, changed);
  }

  /**
   * Returns the configuration with exactly this environment.
   *
   * @param variables the variables in the form {@code NAME=value}, in the order of the
   *     configuration
   */
  public ImageConfig withEnvironment(List<String> variables) {
    ObjectNode changed = json.deepCopy();
    ArrayNode environment = changed.withObjectProperty(CONFIG).putArray("Env");
    variables.forEach(environment::add);
    return new ImageConfig(platform, diffIds, history, changed);
  }

  /** Returns the configuration with its exposed ports in the order of their names. */
  public ImageConfig withSortedPorts() {
    JsonNode ports = json.path(CONFIG).path(PORTS);
    if (!ports.isObject()) {
      return this;
    }
    ObjectNode changed = json.deepCopy();
    ObjectNode sorted = changed.withObjectProperty(CONFIG).putObject(PORTS);
    Json.names(ports).forEach(each -> sorted.set(each, ports.path(each).deepCopy()));
    return new ImageConfig(platform, diffIds, history, changed);
  }

  public byte[] toJson() {
    ObjectNode node = json.deepCopy();
    String created = created().toString();
    node.put(CREATED, created);
    node.put("architecture", platform.architecture());
    node.put("os", platform.os());
    ObjectNode rootfs = node.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode ids = rootfs.putArray("diff_ids");
    diffIds.forEach(id -> ids.add(id.toString()));
    ArrayNode lines = node.putArray("history");
    for (History line : history) {
      ObjectNode object = lines.addObject();
      object.put(CREATED, created);
      object.put("created_by", line.createdBy());
      if (!line.comment().isEmpty()) {
        object.put("comment", line.comment());
      }
      if (line.emptyLayer()) {
        object.put("empty_layer", true);
      }
    }
    return Json.write(node);
  }
}
