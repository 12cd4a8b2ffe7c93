package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The refusal of image documents that programs read differently. Engines are written in Go, whose
 * JSON reader accepts {@code Layers} for {@code layers}; and a document may call itself an index
 * and have layers (CVE-2021-41190). One digest would then be two images: the verified one and the
 * one that runs.
 */
public final class ReadOneWay {

  private static final String MEDIA_TYPE = "mediaType";
  private static final String CONFIG = "config";
  private static final String LAYERS = "layers";
  private static final String MANIFESTS = "manifests";

  private static final Words PLATFORM =
      new Words(
          Set.of("architecture", "os", "os.version", "os.features", "variant", "features"),
          Map.of(),
          Map.of(
              "architecture", FieldForm.TEXT,
              "os", FieldForm.TEXT,
              "os.version", FieldForm.TEXT,
              "os.features", FieldForm.TEXTS,
              "variant", FieldForm.TEXT,
              "features", FieldForm.TEXTS));
  private static final Words DESCRIPTOR =
      new Words(
          Set.of(
              MEDIA_TYPE,
              "digest",
              "size",
              "urls",
              "annotations",
              "data",
              "artifactType",
              "platform"),
          Map.of("platform", PLATFORM),
          Map.of(
              MEDIA_TYPE,
              FieldForm.TEXT,
              "digest",
              FieldForm.TEXT,
              "size",
              FieldForm.NUMBER,
              "urls",
              FieldForm.TEXTS,
              "annotations",
              FieldForm.TEXT_BY_NAME,
              "data",
              FieldForm.BYTES,
              "artifactType",
              FieldForm.TEXT,
              "platform",
              FieldForm.OBJECT));
  private static final Words MANIFEST =
      new Words(
          Set.of(
              "schemaVersion",
              MEDIA_TYPE,
              "artifactType",
              CONFIG,
              LAYERS,
              MANIFESTS,
              "subject",
              "annotations",
              "fsLayers",
              "history",
              "signatures"),
          Map.of(
              CONFIG, DESCRIPTOR, LAYERS, DESCRIPTOR, MANIFESTS, DESCRIPTOR, "subject", DESCRIPTOR),
          Map.of(
              "schemaVersion",
              FieldForm.NUMBER,
              "artifactType",
              FieldForm.TEXT,
              CONFIG,
              FieldForm.OBJECT,
              LAYERS,
              FieldForm.OBJECTS,
              MANIFESTS,
              FieldForm.OBJECTS,
              "subject",
              FieldForm.OBJECT,
              "annotations",
              FieldForm.TEXT_BY_NAME));
  private static final Words SETTINGS =
      new Words(
          Set.of(
              "User",
              "ExposedPorts",
              "Env",
              "Entrypoint",
              "Cmd",
              "Volumes",
              "WorkingDir",
              "Labels",
              "StopSignal",
              "StopTimeout",
              "ArgsEscaped",
              "Healthcheck",
              "OnBuild",
              "Shell"),
          Map.of(
              "Healthcheck",
              new Words(
                  Set.of("Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"),
                  Map.of(),
                  Map.of(
                      "Test", FieldForm.TEXTS,
                      "Interval", FieldForm.NUMBER,
                      "Timeout", FieldForm.NUMBER,
                      "StartPeriod", FieldForm.NUMBER,
                      "StartInterval", FieldForm.NUMBER,
                      "Retries", FieldForm.NUMBER))),
          Map.ofEntries(
              Map.entry("User", FieldForm.TEXT),
              Map.entry("ExposedPorts", FieldForm.NAMES),
              Map.entry("Env", FieldForm.TEXTS),
              Map.entry("Entrypoint", FieldForm.TEXTS),
              Map.entry("Cmd", FieldForm.TEXTS),
              Map.entry("Volumes", FieldForm.NAMES),
              Map.entry("WorkingDir", FieldForm.TEXT),
              Map.entry("Labels", FieldForm.TEXT_BY_NAME),
              Map.entry("StopSignal", FieldForm.TEXT),
              Map.entry("StopTimeout", FieldForm.NUMBER),
              Map.entry("ArgsEscaped", FieldForm.FLAG),
              Map.entry("Healthcheck", FieldForm.OBJECT),
              Map.entry("OnBuild", FieldForm.TEXTS),
              Map.entry("Shell", FieldForm.TEXTS)));
  private static final Words CONFIGURATION =
      new Words(
          Set.of(
              "created",
              "author",
              "architecture",
              "os",
              "os.version",
              "os.features",
              "variant",
              CONFIG,
              "rootfs",
              "history"),
          Map.of(
              CONFIG,
              SETTINGS,
              "rootfs",
              new Words(
                  Set.of("type", "diff_ids"),
                  Map.of(),
                  Map.of("type", FieldForm.TEXT, "diff_ids", FieldForm.TEXTS)),
              "history",
              new Words(
                  Set.of("created", "created_by", "author", "comment", "empty_layer"),
                  Map.of(),
                  Map.of(
                      "created", FieldForm.TIME,
                      "created_by", FieldForm.TEXT,
                      "author", FieldForm.TEXT,
                      "comment", FieldForm.TEXT,
                      "empty_layer", FieldForm.FLAG))),
          Map.ofEntries(
              Map.entry("created", FieldForm.TIME),
              Map.entry("author", FieldForm.TEXT),
              Map.entry("architecture", FieldForm.TEXT),
              Map.entry("os", FieldForm.TEXT),
              Map.entry("os.version", FieldForm.TEXT),
              Map.entry("os.features", FieldForm.TEXTS),
              Map.entry("variant", FieldForm.TEXT),
              Map.entry(CONFIG, FieldForm.OBJECT),
              Map.entry("rootfs", FieldForm.OBJECT),
              Map.entry("history", FieldForm.OBJECTS)));

  private static final Words ARCHIVE =
      new Words(
          Set.of("Config", "RepoTags", "Layers"),
          Map.of(),
          Map.of(
              "Config", FieldForm.TEXT,
              "RepoTags", FieldForm.TEXTS,
              "Layers", FieldForm.TEXTS));

  private ReadOneWay() {}

  /**
   * Parses a manifest or an index that cannot be read as the other.
   *
   * @throws VerificationException if two programs could read it differently
   */
  public static JsonNode manifest(byte[] json, String source) {
    JsonNode node = Json.parse(json, source);
    MANIFEST.require(node, source);
    if (node.has("fsLayers")
        || (node.has("schemaVersion") && !node.path("schemaVersion").asText().equals("2"))) {
      throw new VerificationException(
          source
              + ": the manifest has an older schema. Push the image again with a current program.");
    }
    boolean image = node.has(CONFIG) || node.has(LAYERS);
    boolean index = node.has(MANIFESTS);
    if (image && index) {
      throw ambiguous(source, "it has both manifests and layers or a config");
    }
    JsonNode written = node.path(MEDIA_TYPE);
    if (!written.isMissingNode() && !written.isTextual()) {
      throw ambiguous(source, "its mediaType is not a string");
    }
    contradict(written.asText(), image, index, source);
    return node;
  }

  /**
   * Returns the only media type that a manifest or an index can have.
   *
   * @param node the document, as {@link #manifest} returns it
   * @param told the media type that the sender or the referring document stated; empty if there is
   *     none
   * @throws VerificationException if the stated types contradict each other or the content
   */
  public static String mediaType(JsonNode node, String told, String source) {
    int parameters = told.indexOf(';');
    String sent =
        (parameters < 0 ? told : told.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    String written = node.path(MEDIA_TYPE).asText();
    boolean image = node.has(CONFIG) || node.has(LAYERS);
    boolean index = node.has(MANIFESTS);
    contradict(sent, image, index, source);
    if (written.isEmpty()) {
      boolean known = MediaType.isIndex(sent) || MediaType.isManifest(sent);
      return known ? sent : index ? MediaType.INDEX : image ? MediaType.MANIFEST : sent;
    }
    if (sent.startsWith("application/vnd.") && !sent.equals(written.toLowerCase(Locale.ROOT))) {
      throw ambiguous(source, "it was announced as " + sent + " and calls itself " + written);
    }
    return written;
  }

  private static void contradict(String type, boolean image, boolean index, String source) {
    if ((image && MediaType.isIndex(type)) || (index && MediaType.isManifest(type))) {
      throw ambiguous(source, "it is " + (image ? "a manifest" : "an index") + ", called " + type);
    }
  }

  /**
   * Parses the configuration of an image.
   *
   * @throws VerificationException if two programs could read it differently
   */
  static JsonNode configuration(byte[] json, String source) {
    JsonNode node = Json.parse(json, source);
    CONFIGURATION.require(node, source);
    String type = node.path("rootfs").path("type").asText("layers");
    if (!type.equals("layers")) {
      throw new VerificationException(
          source + ": rootfs.type is \"" + type + "\" instead of \"layers\"");
    }
    return node;
  }

  /**
   * Requires that all programs read the list of images in a {@code docker save} archive alike.
   *
   * @throws VerificationException if they could read it differently
   */
  public static void requireArchive(JsonNode images, String source) {
    ARCHIVE.require(images, source);
  }

  private static VerificationException ambiguous(String source, String how) {
    return new VerificationException(
        source
            + ": can be read in two ways, "
            + how
            + ", so an engine could unpack other files than those that were checked. Use another image.");
  }

  /**
   * The names that an object may have, in their exact spelling.
   *
   * @param below the same for nested objects, by name
   * @param forms the forms of values, by name
   */
  private record Words(Set<String> names, Map<String, Words> below, Map<String, FieldForm> forms) {

    void require(JsonNode node, String source) {
      if (node.isArray()) {
        node.forEach(each -> require(each, source));
      }
      Map<String, String> spellings = new HashMap<>();
      for (String known : names) {
        spellings.put(folded(known), known);
      }
      for (String name : Json.names(node)) {
        String other = spellings.putIfAbsent(folded(name), name);
        if (other != null && !other.equals(name)) {
          throw ambiguous(source, "other programs read \"" + name + "\" as \"" + other + "\"");
        }
      }
      forms.forEach(
          (name, form) -> {
            if (!form.has(node.path(name))) {
              throw new VerificationException(
                  source
                      + ": \""
                      + name
                      + "\" has a form that engines refuse. Create the image again.");
            }
          });
      below.forEach((name, words) -> words.require(node.path(name), source));
    }

    /** Folds case as Go does: the long s and the Kelvin sign are equal to s and k. */
    private static String folded(String name) {
      return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
  }
}
