package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.PackageLabel;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The predicate that leads each Alpine package of an image to its packager's signature: {@code cat
 * head layer > p.apk} restores the file of a package that is stored verbatim, and {@code apk verify
 * p.apk} checks it.
 *
 * @param packages all packages in apk's database, those of the base image first
 * @param keys the fingerprints of the keys in the image, by the names of their files
 * @param base the documents of the base image, whose layers are the lowest of the image
 */
public record ApkOrigin(List<Proof> packages, SortedMap<String, Digest> keys, OriginBase base) {

  /** The form in which an image has the files of a package. */
  public enum Stored {
    /** The layer is the data segment of the package's file, unchanged. */
    VERBATIM,
    /** The files are in a layer that they share with others. */
    REWRITTEN,
    /** The package is one of the base image, which is named by its digest alone. */
    BASE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Stored of(String text, String source) {
      return Arrays.stream(values())
          .filter(each -> each.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> malformed(source));
    }
  }

  /**
   * The proof for one package.
   *
   * @param layer the layer with its files; empty for a package without files, and for one of the
   *     base image
   * @param head the signature and control segment of its file; empty for one of the base image
   */
  public record Proof(
      String name,
      String version,
      String architecture,
      Stored stored,
      Optional<Digest> layer,
      byte[] head) {

    /** Returns {@code <name>-<version>}. */
    public String label() {
      return new PackageLabel(name, ApkVersion.of(version)).toString();
    }
  }

  public ApkOrigin {
    packages = List.copyOf(packages);
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }

  /**
   * Parses a predicate.
   *
   * @throws VerificationException if a field is missing or malformed
   */
  public static ApkOrigin parse(byte[] predicate, String source) {
    JsonNode node = Json.parse(predicate, source);
    List<Proof> packages = new ArrayList<>();
    if (!node.path("packages").isArray()
        || !node.path("keys").isObject()
        || !node.at("/base/manifest").isTextual()) {
      throw malformed(source);
    }
    node.path("packages").forEach(each -> packages.add(parse(each, source)));
    SortedMap<String, Digest> keys = new TreeMap<>();
    node.path("keys")
        .properties()
        .forEach(each -> keys.put(each.getKey(), digest(each.getValue().asText(), source)));
    return new ApkOrigin(
        packages,
        keys,
        new OriginBase(
            bytes(node.at("/base/index"), source), bytes(node.at("/base/manifest"), source)));
  }

  private static byte[] bytes(JsonNode node, String source) {
    try {
      return Base64.getDecoder().decode(node.asText());
    } catch (IllegalArgumentException e) {
      throw malformed(source);
    }
  }

  private static Proof parse(JsonNode node, String source) {
    for (String field : List.of("name", "version", "arch", "stored")) {
      if (!node.path(field).isTextual()) {
        throw malformed(source);
      }
    }
    return new Proof(
        node.path("name").asText(),
        node.path("version").asText(),
        node.path("arch").asText(),
        Stored.of(node.path("stored").asText(), source),
        node.has("layer")
            ? Optional.of(digest(node.path("layer").asText(), source))
            : Optional.empty(),
        bytes(node.path("head"), source));
  }

  private static Digest digest(String text, String source) {
    if (!Digest.isDigest(text)) {
      throw malformed(source);
    }
    return Digest.of(text);
  }

  private static VerificationException malformed(String source) {
    return new VerificationException(
        source + ": malformed proof of the packages' origin. Build the image again.");
  }

  /** Returns the predicate's bytes. */
  public byte[] toJson() {
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("packages");
    for (Proof each : packages) {
      ObjectNode object = array.addObject();
      object.put("name", each.name());
      object.put("version", each.version());
      object.put("arch", each.architecture());
      object.put("stored", each.stored().toString());
      each.layer().ifPresent(layer -> object.put("layer", layer.toString()));
      if (each.head().length > 0) {
        object.put("head", Base64.getEncoder().encodeToString(each.head()));
      }
    }
    ObjectNode fingerprints = node.putObject("keys");
    keys.forEach((name, fingerprint) -> fingerprints.put(name, fingerprint.toString()));
    ObjectNode documents = node.putObject("base");
    if (base.index().length > 0) {
      documents.put("index", Base64.getEncoder().encodeToString(base.index()));
    }
    documents.put("manifest", Base64.getEncoder().encodeToString(base.manifest()));
    return Json.write(node);
  }
}
